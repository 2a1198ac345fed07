//! One route: a method, a path, who may ask, and the handler.

use std::future::Future;
use std::rc::Rc;

use actix_web::http::Method;
use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use futures_util::future::LocalBoxFuture;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// What a handler comes to.
pub(crate) type Outcome = Result<Answer, Problem>;

/// A handler at work.
pub(crate) type Answering = LocalBoxFuture<'static, Outcome>;

/// The methods that routes have. Every `GET` answers `HEAD` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Reads.
    Get,
    /// Makes or does something.
    Post,
    /// Changes in part.
    Patch,
    /// Takes away.
    Delete,
}

impl Verb {
    /// The method's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request asks for this.
    pub(crate) fn serves(self, method: &Method) -> bool {
        match self {
            Self::Get => method == Method::GET || method == Method::HEAD,
            Self::Post => method == Method::POST,
            Self::Patch => method == Method::PATCH,
            Self::Delete => method == Method::DELETE,
        }
    }
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is signed in and whose role allows this; which records it reaches is the use case's business.
    SignedIn(Action),
}

/// Which limit counts a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// It hashes a password.
    Login,
    /// It reads.
    Read,
    /// It writes.
    Write,
    /// None: operators and monitors ask.
    Service,
}

/// One route.
#[derive(Clone)]
pub struct Route {
    /// Its method.
    pub verb: Verb,
    /// Its path, with `{names}`; without a slash at the end.
    pub path: &'static str,
    /// Which limit counts it.
    pub class: Class,
    run: Run,
}

#[derive(Clone)]
pub(crate) enum Run {
    Open(Rc<dyn Fn(Call) -> Answering>),
    Signed(Action, Handler),
}

/// What answers those who are signed in.
pub(crate) type Handler = Rc<dyn Fn(Call, Actor) -> Answering>;

impl Route {
    /// A route for everybody.
    pub(crate) fn open<F, A>(verb: Verb, path: &'static str, handler: F) -> Self
    where
        F: Fn(Call) -> A + 'static,
        A: Future<Output = Outcome> + 'static,
    {
        Self {
            verb,
            path,
            class: class_of(verb),
            run: Run::Open(Rc::new(move |call| Box::pin(handler(call)))),
        }
    }

    /// A route for those whose role allows the action.
    pub(crate) fn signed<F, A>(verb: Verb, path: &'static str, action: Action, handler: F) -> Self
    where
        F: Fn(Call, Actor) -> A + 'static,
        A: Future<Output = Outcome> + 'static,
    {
        let run = Run::Signed(action, Rc::new(move |call, actor| Box::pin(handler(call, actor))));
        Self { verb, path, class: class_of(verb), run }
    }

    /// The same, counted by the limit of what hashes a password.
    pub(crate) fn hashing(self) -> Self {
        Self { class: Class::Login, ..self }
    }

    /// The same, counted by no limit.
    pub(crate) fn unlimited(self) -> Self {
        Self { class: Class::Service, ..self }
    }

    /// Who may ask.
    pub fn access(&self) -> Access {
        match &self.run {
            Run::Open(_) => Access::Public,
            Run::Signed(action, _) => Access::SignedIn(*action),
        }
    }

    /// Whether it does something that a client may ask for twice under one key. Nothing of one's own account does: its
    /// answers carry tokens, or doing it again is harmless.
    pub fn takes_key(&self) -> bool {
        let writes = match self.verb {
            Verb::Get => false,
            Verb::Post | Verb::Patch | Verb::Delete => true,
        };
        let own_account = self.path.starts_with("/api/auth/")
            && self.path != "/api/auth/register"
            && !self.path.starts_with("/api/auth/users");
        writes && !own_account && matches!(self.run, Run::Signed(..))
    }

    pub(crate) fn run(&self) -> &Run {
        &self.run
    }
}

fn class_of(verb: Verb) -> Class {
    match verb {
        Verb::Get => Class::Read,
        Verb::Post | Verb::Patch | Verb::Delete => Class::Write,
    }
}
