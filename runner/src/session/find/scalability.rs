//! Gunther's universal scalability law, fitted to what the steps of a search measured: throughput
//! by iterations in flight, X(N) = λN / (1 + σ(N − 1) + κN(N − 1)). A second opinion on the limit.

use crate::report::Scalability;

/// Steps below which three coefficients say nothing.
const FEWEST: usize = 4;

/// Share of the largest throughput below which a step says too little about the limit.
const NEAR: f64 = 0.25;

/// What one rate showed.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoadPoint {
    /// Iterations in flight.
    pub(super) in_flight: f64,
    /// Iterations answered per second.
    pub(super) answered: f64,
}

/// Fits the law. N/X is linear in 1/λ, σ/λ and κ/λ, none of which may be below 0; the errors are relative ones.
/// None: there are too few steps, or nothing that limits the throughput shows in them.
pub(super) fn fit(loads: &[LoadPoint]) -> Option<Scalability> {
    let loads: Vec<_> = loads
        .iter()
        .copied()
        .filter(|load| load.answered > 0.0 && load.in_flight > 0.0)
        .collect();
    if loads.len() < FEWEST {
        return None;
    }
    let most = loads.iter().map(|load| load.answered).fold(0.0, f64::max);
    let near = |load: &LoadPoint| load.answered >= NEAR * most;
    let near: Vec<_> = loads.iter().copied().filter(near).collect();
    let loads = if near.len() < FEWEST { loads } else { near };
    let fits = [[1, 1, 1], [1, 1, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1], [0, 0, 1]]
        .into_iter()
        .filter_map(|terms| least_squares(&loads, terms.map(|term| term == 1)))
        .map(|coefficients| (misfit(&loads, coefficients), coefficients));
    let (error, [a, b, c]) = fits.min_by(|(one, _), (other, _)| one.total_cmp(other))?;
    let (at, most) = peak(a, b, c)?;
    most.is_finite().then_some(Scalability {
        lambda: Some(1.0 / a).filter(|lambda| lambda.is_finite()),
        sigma: Some(b / a).filter(|sigma| sigma.is_finite()),
        kappa: Some(c / a).filter(|kappa| kappa.is_finite()),
        most,
        at,
        error,
    })
}

/// Where the throughput is largest, if it isn't at infinity, and how large it is.
fn peak(a: f64, b: f64, c: f64) -> Option<(Option<f64>, f64)> {
    if c <= 0.0 {
        return (b > 0.0).then(|| (None, 1.0 / b));
    }
    let at = ((a - b).max(0.0) / c).sqrt().max(1.0);
    Some((
        Some(at),
        at / terms(at).iter().zip([a, b, c]).map(|(t, k)| t * k).sum::<f64>(),
    ))
}

/// What N/X is a sum of.
fn terms(in_flight: f64) -> [f64; 3] {
    let more = (in_flight - 1.0).max(0.0);
    [1.0, more, in_flight * more]
}

/// The root of the mean square of the relative errors.
fn misfit(loads: &[LoadPoint], coefficients: [f64; 3]) -> f64 {
    let error = |load: &LoadPoint| {
        let ratio: f64 = terms(load.in_flight)
            .iter()
            .zip(coefficients)
            .map(|(term, k)| term * k)
            .sum();
        (ratio * load.answered / load.in_flight - 1.0).powi(2)
    };
    (loads.iter().map(error).sum::<f64>() / loads.len() as f64).sqrt()
}

/// The coefficients of these terms, the others being 0. None: there is no such fit, or one is below 0.
fn least_squares(loads: &[LoadPoint], used: [bool; 3]) -> Option<[f64; 3]> {
    let mut matrix = [[0.0; 4]; 3];
    for load in loads {
        // Divided by N/X, so that all steps weigh the same.
        let row = terms(load.in_flight).map(|term| term * load.answered / load.in_flight);
        for (i, line) in matrix.iter_mut().enumerate() {
            for (j, cell) in line.iter_mut().enumerate() {
                *cell += row.get(i).unwrap_or(&0.0) * row.get(j).unwrap_or(&1.0);
            }
        }
    }
    for (i, line) in matrix.iter_mut().enumerate() {
        if !used.get(i).copied().unwrap_or(false) {
            *line = [0.0; 4];
            line.iter_mut().skip(i).take(1).for_each(|cell| *cell = 1.0);
        }
    }
    let solution = solve(matrix)?;
    solution.iter().all(|k| *k >= 0.0).then_some(solution)
}

/// Gauss and Jordan's elimination, with pivots.
#[expect(
    clippy::indexing_slicing,
    reason = "all indices are below the arrays' lengths"
)]
fn solve(mut m: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot = (column..3).max_by(|&a, &b| m[a][column].abs().total_cmp(&m[b][column].abs()))?;
        m.swap(column, pivot);
        let scale = m[column][column];
        if scale.abs() < 1e-12 {
            return None;
        }
        m[column] = m[column].map(|cell| cell / scale);
        for line in (0..3).filter(|&line| line != column) {
            let factor = m[line][column];
            let pivot = m[column];
            for (cell, from) in m[line].iter_mut().zip(pivot) {
                *cell -= factor * from;
            }
        }
    }
    Some([m[0][3], m[1][3], m[2][3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loads(of: impl Fn(f64) -> f64) -> Vec<LoadPoint> {
        let load = |in_flight: f64| LoadPoint {
            in_flight,
            answered: of(in_flight),
        };
        [1.0, 2.0, 5.0, 12.0, 30.0, 80.0, 200.0].map(load).to_vec()
    }

    #[test]
    fn finds_the_coefficients_that_made_the_data() {
        let (lambda, sigma, kappa) = (40.0, 0.03, 0.0004);
        let law = |n: f64| lambda * n / (1.0 + sigma * (n - 1.0) + kappa * n * (n - 1.0));
        let fit = fit(&loads(law)).unwrap();
        let close = |found: Option<f64>, made: f64| (found.unwrap() / made - 1.0).abs() < 0.01;
        assert!(
            close(fit.lambda, lambda) && close(fit.sigma, sigma) && close(fit.kappa, kappa),
            "{fit:?}"
        );
        let at = ((1.0 - sigma) / kappa).sqrt();
        assert!(close(fit.at, at) && close(Some(fit.most), law(at)) && fit.error < 1e-6);
    }

    #[test]
    fn a_number_of_servers_with_a_queue_is_found_roughly() {
        let servers = |n: f64| n.min(20.0) / 0.1;
        let fit = fit(&loads(servers)).unwrap();
        assert!((150.0..280.0).contains(&fit.most) && fit.error > 0.01, "{fit:?}");
    }

    #[test]
    fn what_scales_without_end_has_no_limit_and_too_little_data_no_fit() {
        assert!(fit(&loads(|n| 10.0 * n)).is_none_or(|fit| fit.most > 1e6));
        assert!(fit(&loads(|n| n)[..2]).is_none());
        assert!(fit(&[]).is_none());
    }
}
