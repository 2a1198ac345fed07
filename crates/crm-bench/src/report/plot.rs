//! Latency against size, as a picture: both axes by powers of ten, a line for each row as the admin sees it with the
//! fewest clients. Where a line is level, size costs nothing.

use std::fmt::Write as _;

use super::{Report, Subject};
use crate::asker::Who;
use crate::rows::Row;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 670.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 460.0;
/// Between the names of two lines.
const APART: f64 = 17.0;

/// Sizes and medians of one row.
struct Series {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

/// The picture.
pub(super) fn of(report: &Report) -> String {
    let clients = report.lines.iter().map(|line| line.clients).min().unwrap_or_default();
    let series: Vec<Series> = Row::ALL.into_iter().filter_map(|row| series(report, row, clients)).collect();
    let all = || series.iter().flat_map(|series| series.points.iter().copied());
    let across = Axis::of(all().map(|(size, _)| size), LEFT, RIGHT);
    let up = Axis::of(all().map(|(_, median)| median), BOTTOM, TOP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"{LEFT}\" y=\"25\" \
         font-size=\"15\">Median latency in ms against leads in the store ({}, {clients} client(s), admin)</text>\n",
        report.store
    );
    for (power, at) in across.powers() {
        line(&mut svg, (at, TOP), (at, BOTTOM), "#ddd");
        text(&mut svg, (at, BOTTOM + 20.0), "middle", "#333", &label(power));
    }
    for (power, at) in up.powers() {
        line(&mut svg, (LEFT, at), (RIGHT, at), "#ddd");
        text(&mut svg, (LEFT - 8.0, at + 4.0), "end", "#333", &label(power));
    }
    draw(&mut svg, &series, &across, &up);
    svg.push_str("</svg>\n");
    svg
}

fn series(report: &Report, row: Row, clients: u16) -> Option<Series> {
    let own = report.lines.iter().filter(|line| {
        line.row == row && line.who == Who::Admin && line.clients == clients && line.figures.p50_ms > 0.0
    });
    let points: Vec<(f64, f64)> = own
        .filter_map(|line| match line.subject {
            Subject::Leads(leads) => Some((f64::from(u32::try_from(leads).ok()?), line.figures.p50_ms)),
            Subject::BareRoute | Subject::Driver => None,
        })
        .collect();
    (!points.is_empty()).then_some(Series { name: row.name(), points })
}

fn draw(svg: &mut String, series: &[Series], across: &Axis, up: &Axis) {
    let end = |series: &Series| series.points.last().map_or(BOTTOM, |(_, median)| up.at(*median));
    let mut lowest_first: Vec<(usize, &Series)> = series.iter().enumerate().collect();
    lowest_first.sort_by(|(_, one), (_, other)| end(other).total_cmp(&end(one)));
    let mut above = f64::INFINITY;
    for (number, series) in lowest_first {
        let colour = format!("hsl({}, 65%, 40%)", number * 360 / Row::ALL.len());
        let places: Vec<String> = series
            .points
            .iter()
            .map(|(size, median)| format!("{:.1},{:.1}", across.at(*size), up.at(*median)))
            .collect();
        let _in_memory = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            places.join(" ")
        );
        for (size, median) in &series.points {
            let (x, y) = (across.at(*size), up.at(*median));
            let _in_memory = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        // Beside its end, or above the name of the line below.
        above = end(series).min(above - APART);
        let last = series.points.last().map_or(0.0, |(_, median)| *median);
        text(svg, (RIGHT + 12.0, above + 4.0), "start", &colour, &format!("{} {last:.2}", series.name));
    }
}

fn line(svg: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64), colour: &str) {
    let _in_memory = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\"/>"
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, colour: &str, text: &str) {
    let _in_memory = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{text}</text>"
    );
}

fn label(power: i32) -> String {
    match power {
        0.. => format!("{}", 10_u64.saturating_pow(power.unsigned_abs())),
        _ => format!("{}", 10_f64.powi(power)),
    }
}

/// Whole powers of ten, from one place to another.
struct Axis {
    first: i32,
    last: i32,
    from: f64,
    to: f64,
}

impl Axis {
    /// Around these values.
    #[expect(clippy::cast_possible_truncation, reason = "powers of ten of what can be measured are small")]
    fn of(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for power in values.map(f64::log10) {
            (least, most) = (least.min(power), most.max(power));
        }
        let first = least.floor().clamp(-9.0, 12.0) as i32;
        let end = (most.ceil().clamp(-9.0, 12.0) as i32).max(first + 1);
        Self { first, last: end, from, to }
    }

    fn at(&self, value: f64) -> f64 {
        self.place(value.log10())
    }

    fn place(&self, power: f64) -> f64 {
        let part = (power - f64::from(self.first)) / f64::from(self.last - self.first);
        self.from + (self.to - self.from) * part
    }

    fn powers(&self) -> impl Iterator<Item = (i32, f64)> {
        (self.first..=self.last).map(|power| (power, self.place(f64::from(power))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_goes_by_powers_of_ten() {
        let axis = Axis::of([0.3, 20.0].into_iter(), 0.0, 300.0);
        assert_eq!((axis.first, axis.last), (-1, 2));
        assert!((axis.at(1.0) - 100.0).abs() < 1e-9 && (axis.at(10.0) - 200.0).abs() < 1e-9);
    }
}
