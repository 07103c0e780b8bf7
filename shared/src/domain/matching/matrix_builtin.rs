//! The built-in skill matrix: skills in clusters, a value for every pair of clusters, and pairs that deviate.
//!
//! The values rest on one question: how much more can two people do together than each alone? Skills that hand work
//! to each other (design to development, making to selling) are high, skills that replace each other are in the
//! middle, skills that rarely meet in one project are low. An administrator's matrix replaces any of them.

use super::matrix::{Percent, SAME_SKILL};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cluster {
    Backend,
    Frontend,
    Mobile,
    Platform,
    Data,
    Experience,
    Visual,
    Product,
    Growth,
    Business,
    Writing,
    Media,
    Making,
    Teaching,
    Research,
}

use Cluster::{
    Backend, Business, Data, Experience, Frontend, Growth, Making, Media, Mobile, Platform, Product, Research,
    Teaching, Visual, Writing,
};

impl Cluster {
    /// What skills of this cluster are for, as it reads in a sentence.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Backend => "backend",
            Frontend => "frontend",
            Mobile => "mobile",
            Platform => "infrastructure",
            Data => "data",
            Experience => "design",
            Visual => "visual design",
            Product => "product",
            Growth => "marketing",
            Business => "business",
            Writing => "writing",
            Media => "media",
            Making => "making",
            Teaching => "teaching",
            Research => "research",
        }
    }
}

/// How well two different skills of these clusters complement each other, as far as that is known: what holds for most
/// skills of a cluster may not hold for these two, so it counts less than what is stated about a pair.
pub(super) fn cluster_percent(a: Cluster, b: Cluster) -> Percent {
    let (low, high) = ((a as usize).min(b as usize), (a as usize).max(b as usize));
    let usual = CLUSTERS[low][high - low];
    usual - usual.saturating_sub(SAME_SKILL) / 4
}

/// What is usual, one row per cluster, from itself to the last cluster.
#[rustfmt::skip]
const CLUSTERS: [&[Percent]; 15] = [
    /* Backend    */ &[48, 82, 80, 76, 74, 80, 55, 84, 58, 66, 50, 40, 42, 50, 62],
    /* Frontend   */ &[50, 60, 62, 62, 88, 74, 80, 60, 58, 58, 52, 36, 50, 48],
    /* Mobile     */ &[48, 62, 58, 86, 70, 80, 64, 60, 48, 48, 40, 46, 46],
    /* Platform   */ &[48, 70, 46, 34, 62, 36, 50, 48, 30, 44, 46, 50],
    /* Data       */ &[52, 60, 46, 80, 76, 70, 56, 36, 34, 56, 84],
    /* Experience */ &[54, 72, 88, 70, 64, 74, 56, 54, 56, 58],
    /* Visual     */ &[50, 62, 84, 58, 80, 78, 68, 54, 40],
    /* Product    */ &[50, 82, 80, 64, 46, 56, 56, 62],
    /* Growth     */ &[52, 80, 86, 82, 70, 58, 44],
    /* Business   */ &[54, 64, 52, 72, 60, 62],
    /* Writing    */ &[50, 80, 52, 76, 72],
    /* Media      */ &[54, 58, 68, 46],
    /* Making     */ &[56, 64, 46],
    /* Teaching   */ &[50, 74],
    /* Research   */ &[56],
];

#[rustfmt::skip]
pub(super) const SKILLS: &[(&str, Cluster)] = &[
    ("Rust", Backend), ("Go", Backend), ("Python", Backend), ("Java", Backend), ("C++", Backend), ("C#", Backend),
    ("Node.js", Backend), ("PHP", Backend), ("Ruby", Backend), ("SQL", Backend), ("PostgreSQL", Backend),
    ("API design", Backend), ("backend development", Backend), ("distributed systems", Backend),
    ("JavaScript", Frontend), ("TypeScript", Frontend), ("React", Frontend), ("Vue.js", Frontend),
    ("Angular", Frontend), ("HTML", Frontend), ("CSS", Frontend), ("frontend development", Frontend),
    ("accessibility", Frontend),
    ("Swift", Mobile), ("Kotlin", Mobile), ("Flutter", Mobile), ("React Native", Mobile),
    ("iOS development", Mobile), ("Android development", Mobile),
    ("AWS", Platform), ("Docker", Platform), ("Kubernetes", Platform), ("Terraform", Platform), ("DevOps", Platform),
    ("Linux", Platform), ("security", Platform), ("software testing", Platform), ("embedded systems", Platform),
    ("data analysis", Data), ("data engineering", Data), ("data visualisation", Data), ("machine learning", Data),
    ("deep learning", Data), ("statistics", Data),
    ("UX design", Experience), ("UI design", Experience), ("product design", Experience),
    ("user research", Experience), ("prototyping", Experience), ("Figma", Experience), ("service design", Experience),
    ("graphic design", Visual), ("illustration", Visual), ("branding", Visual), ("typography", Visual),
    ("3D modelling", Visual), ("animation", Visual),
    ("product management", Product), ("project management", Product), ("product strategy", Product),
    ("agile coaching", Product), ("experimentation", Product),
    ("SEO", Growth), ("content marketing", Growth), ("social media marketing", Growth), ("email marketing", Growth),
    ("growth marketing", Growth), ("performance marketing", Growth), ("public relations", Growth),
    ("community management", Growth),
    ("sales", Business), ("business development", Business), ("fundraising", Business), ("finance", Business),
    ("accounting", Business), ("law", Business), ("operations", Business), ("customer success", Business),
    ("recruiting", Business),
    ("copywriting", Writing), ("technical writing", Writing), ("editing", Writing), ("journalism", Writing),
    ("translation", Writing), ("storytelling", Writing),
    ("photography", Media), ("video editing", Media), ("filmmaking", Media), ("sound design", Media),
    ("podcasting", Media), ("music production", Media),
    ("woodworking", Making), ("metalworking", Making), ("sewing", Making), ("ceramics", Making),
    ("jewellery making", Making), ("3D printing", Making), ("electronics", Making),
    ("teaching", Teaching), ("curriculum design", Teaching), ("coaching", Teaching), ("public speaking", Teaching),
    ("scientific research", Research), ("biology", Research), ("chemistry", Research), ("physics", Research),
];

/// Pairs that fit better or worse than their clusters.
#[rustfmt::skip]
pub(super) const PAIRS: &[(&str, &str, Percent)] = &[
    // Languages and frameworks that make one product, and such that stand in for each other.
    ("Rust", "product design", 82), ("Rust", "TypeScript", 84), ("Rust", "embedded systems", 84),
    ("Rust", "distributed systems", 80), ("Rust", "C++", 42), ("Rust", "Go", 40), ("Go", "Kubernetes", 84),
    ("Python", "machine learning", 86), ("Python", "data engineering", 84), ("Python", "Ruby", 38),
    ("Java", "Android development", 70), ("C#", "Java", 36), ("C++", "embedded systems", 84),
    ("Node.js", "React", 86), ("PHP", "Ruby", 34), ("SQL", "PostgreSQL", 40), ("SQL", "data visualisation", 82),
    ("API design", "technical writing", 84), ("backend development", "frontend development", 90),
    ("React", "Vue.js", 32), ("React", "Angular", 32), ("Vue.js", "Angular", 32), ("React", "React Native", 66),
    ("HTML", "CSS", 58), ("CSS", "UI design", 90), ("accessibility", "UX design", 92),
    ("Swift", "Kotlin", 78), ("iOS development", "Android development", 84), ("Flutter", "React Native", 32),
    ("AWS", "Terraform", 66), ("Docker", "Kubernetes", 60), ("security", "backend development", 82),
    ("security", "law", 72), ("software testing", "frontend development", 74),
    ("embedded systems", "electronics", 92), ("embedded systems", "3D printing", 80),
    // Data meets decisions.
    ("data engineering", "machine learning", 86), ("machine learning", "deep learning", 46),
    ("data analysis", "experimentation", 88), ("data analysis", "growth marketing", 86),
    ("statistics", "scientific research", 92), ("data visualisation", "journalism", 88),
    ("data visualisation", "graphic design", 82), ("machine learning", "biology", 88),
    // Design and product.
    ("UX design", "UI design", 64), ("UX design", "user research", 80), ("UI design", "illustration", 84),
    ("product design", "product management", 90), ("product management", "backend development", 86),
    ("product management", "product strategy", 42), ("prototyping", "3D printing", 86),
    ("branding", "copywriting", 92), ("branding", "content marketing", 88), ("3D modelling", "3D printing", 92),
    ("3D modelling", "animation", 76), ("typography", "editing", 70),
    // Selling and telling.
    ("SEO", "copywriting", 90), ("SEO", "content marketing", 78), ("social media marketing", "photography", 90),
    ("social media marketing", "video editing", 92), ("public relations", "journalism", 84),
    ("community management", "public speaking", 76), ("sales", "growth marketing", 88), ("sales", "law", 58),
    ("fundraising", "storytelling", 86), ("fundraising", "finance", 84), ("finance", "accounting", 52),
    ("sales", "backend development", 78), ("sales", "product management", 86), ("business development", "Rust", 70),
    ("filmmaking", "sound design", 92), ("filmmaking", "storytelling", 92), ("podcasting", "sound design", 90),
    ("podcasting", "journalism", 90), ("photography", "editing", 62), ("animation", "music production", 84),
    // Crafts live from being shown, sold and taught.
    ("woodworking", "photography", 82), ("sewing", "photography", 84), ("jewellery making", "photography", 88),
    ("jewellery making", "branding", 86), ("ceramics", "social media marketing", 84),
    ("woodworking", "metalworking", 78), ("woodworking", "3D modelling", 80), ("sewing", "illustration", 80),
    ("woodworking", "teaching", 74), ("curriculum design", "video editing", 80),
    ("curriculum design", "technical writing", 84), ("teaching", "curriculum design", 76),
    ("scientific research", "technical writing", 82), ("physics", "electronics", 78), ("chemistry", "biology", 76),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_clusters_has_a_value_and_no_pair_is_stated_twice() {
        for (index, row) in CLUSTERS.iter().enumerate() {
            assert_eq!(row.len(), CLUSTERS.len() - index);
        }
        assert_eq!(Research as usize, CLUSTERS.len() - 1);
        for (index, (a, b, value)) in PAIRS.iter().enumerate() {
            assert!(a != b && *value <= 100, "{a}, {b}");
            let repeated = PAIRS[..index].iter().any(|(c, d, _)| (a, b) == (c, d) || (a, b) == (d, c));
            assert!(!repeated, "{a}, {b}");
        }
    }
}
