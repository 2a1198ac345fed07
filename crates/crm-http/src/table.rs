//! How a request finds its route: one walk down a tree of paths, however many routes there are.

use std::rc::Rc;

use matchit::Router;

use crate::route::Route;

/// All routes by their paths.
pub(crate) struct Table(Router<Rc<[Route]>>);

/// What stands in a path where its routes have `{names}`.
#[derive(Debug, Default)]
pub(crate) struct PathValues(Vec<(String, String)>);

/// The routes of one path, one for each method.
pub(crate) struct Found {
    /// The routes.
    pub(crate) routes: Rc<[Route]>,
    /// What stands in the path.
    pub(crate) values: PathValues,
}

impl Table {
    /// The table of these routes. A slash at the end of a path is taken too, but for `/docs`, which leads to the folder
    /// `/docs/`, where relative links work.
    pub(crate) fn of(routes: Vec<Route>) -> Self {
        let mut paths: Vec<(&'static str, Vec<Route>)> = Vec::new();
        for route in routes {
            match paths.iter_mut().find(|(path, _)| *path == route.path) {
                Some((_, same)) => same.push(route),
                None => paths.push((route.path, vec![route])),
            }
        }
        let mut table = Router::new();
        for (path, routes) in paths {
            let routes: Rc<[Route]> = routes.into();
            let taken = match path.strip_suffix(REST) {
                Some(folder) => vec![folder.to_owned(), format!("{folder}{{*file}}")],
                None if path == "/docs" => vec![path.to_owned()],
                None => vec![path.to_owned(), format!("{path}/")],
            };
            for path in taken {
                // No two are at odds: a test looks for each.
                drop(table.insert(path, Rc::clone(&routes)));
            }
        }
        Self(table)
    }

    /// The routes of a path.
    pub(crate) fn find(&self, path: &str) -> Option<Found> {
        let found = self.0.at(path).ok()?;
        let values = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some(Found { routes: Rc::clone(found.value), values: PathValues(values.collect()) })
    }
}

/// What a path ends in that stands for all files of a folder.
const REST: &str = "{file:.*}";

impl PathValues {
    /// What stands where the route has `{name}`; nothing if it has no such name.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::routes;

    #[test]
    fn every_route_is_found_with_and_without_a_slash() {
        let table = Table::of(routes());
        for route in routes() {
            let path = route.path.replace(REST, "index.css").replace("{id}", "7").replace("{noteId}", "8");
            let ends = if route.path.starts_with("/docs") { vec![""] } else { vec!["", "/"] };
            for end in ends {
                let found = table.find(&format!("{path}{end}")).unwrap();
                assert!(found.routes.iter().any(|own| own.verb == route.verb && own.path == route.path));
            }
        }
    }

    #[test]
    fn what_stands_in_the_path_is_known_by_its_name() {
        let table = Table::of(routes());
        let values = |path: &str| table.find(path).unwrap().values;
        let both = values("/api/customers/a%20b/notes/c");
        assert_eq!((both.get("id"), both.get("noteId"), both.get("other")), ("a%20b", "c", ""));
        assert_eq!(values("/docs/").get("file"), "");
        assert_eq!(values("/docs/a/b.css").get("file"), "a/b.css");
    }

    #[test]
    fn a_path_that_is_none_has_no_route() {
        let table = Table::of(routes());
        for path in
            ["", "/", "/api", "/api/leads/7/8", "/api/leads//", "//api/leads", "/api/leads/7/convert/x"]
        {
            assert!(table.find(path).is_none(), "{path}");
        }
    }
}
