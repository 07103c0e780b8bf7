//! What is stated about pairs of skills, as it is kept in a cache: without who stated it and when.

use serde::{Deserialize, Serialize};

use super::SkillMatrix;
use super::matrix::Percent;
use super::statement::{SkillPair, Statements};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMatrix {
    version: u64,
    /// In the order of their keys, which decides what fits.
    stated: Vec<(String, String, Percent)>,
}

impl KeptMatrix {
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The matrix of the statements that it was made of.
    pub fn matrix(&self) -> SkillMatrix {
        let pairs = self.stated.iter().filter_map(|(a, b, percent)| {
            // It was such a pair when it was kept: one that is none any more says nothing.
            SkillPair::parse(a, b, f64::from(*percent) / 100.0).ok()
        });
        let pairs: Vec<SkillPair> = pairs.collect();
        SkillMatrix::builtin().with_what_fits(self.version, &pairs)
    }
}

impl From<&Statements> for KeptMatrix {
    fn from(statements: &Statements) -> Self {
        let stated = statements.page("", None, usize::MAX).into_iter().map(|statement| {
            let [a, b] = statement.pair.skills().map(|skill| skill.as_str().to_owned());
            (a, b, statement.pair.percent())
        });
        Self { version: statements.version(), stated: stated.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::statement::Statement;
    use super::*;
    use crate::domain::id::{Id, UserId};
    use crate::domain::profile::Skill;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_matrix_is_the_same_after_it_was_kept() {
        let at = Timestamp::from_unix_seconds(1);
        let by = UserId::from_parts(at, [1; 10]);
        // More new skills than there is room for: which ones fit depends on the order.
        let stated = (0..600).map(|number| {
            let (a, b) = (format!("Skill {}", number * 7 % 600), format!("UI/UX {number}"));
            Statement { pair: SkillPair::parse(&a, &b, 0.35).unwrap(), stated_by: by, stated_at: at, version: 3 }
        });
        let statements = Statements::new(7, stated);
        let kept = serde_json::to_string(&KeptMatrix::from(&statements)).unwrap();
        let kept: KeptMatrix = serde_json::from_str(&kept).unwrap();
        let (read, original) = (kept.matrix(), statements.matrix());
        assert_eq!((kept.version(), read.version()), (7, 7));
        let mut differ = 0;
        for number in 0..600 {
            let (a, b) = (format!("skill {}", number * 7 % 600), format!("ui/ux {number}"));
            let [a, b] = [a, b].map(|skill| Skill::parse(&skill).unwrap());
            assert_eq!(read.complementarity(&a, &b), original.complementarity(&a, &b), "{number}");
            differ += usize::from(read.complementarity(&a, &b) != Some(0.35));
        }
        assert!((1..600).contains(&differ), "some fit, and some do not: {differ}");
    }
}
