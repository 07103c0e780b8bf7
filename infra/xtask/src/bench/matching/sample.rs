//! Whom and what matching is measured with: the people that somebody wrote, many made of their parts, and odd texts.

use serde_json::{Value, json};

use crate::failure::{Explain, Failure};

const PEOPLE: &str = include_str!("../../../../../functions/embed/benches/matching/people.json");

/// Texts of a kind that models stumble over.
const ODD: [&str; 26] = [
    "",
    " ",
    "\n\t",
    ".",
    "?!…",
    "a",
    "🪵⛵",
    "I bake 🍞 and I code 💻, mostly at night 🌙 — ask me about either 🙂",
    "👩🏽‍🔬👨‍👩‍👧‍👦🏳️‍🌈",
    "Ich suche eine Mitgründerin für eine Genossenschaft, die Fahrräder überholt und in Städten verleiht.",
    "Größe, Maße, Straßenbahnfahrplanauskunft",
    "أبحث عن شريك لتأسيس شركة ناشئة في مجال التعليم",
    "אני מחפשת שותף טכני לפרויקט קוד פתוח",
    "שלום means peace, and سلام too; both are written from right to left.",
    "我在台北做机器学习，想找做农业的人。",
    "日本語の文章も読めますか？",
    "Шукаю розробника для міського архіву",
    "Łódź, São Paulo, Ærø, İzmir, Đà Nẵng, naïve façade",
    "fn main() { let x: Vec<u8> = (0..10).map(|n| n * 2).collect(); println!(\"{x:?}\"); }",
    "SELECT name, count(*) FROM people WHERE city = 'Leipzig' GROUP BY 1 ORDER BY 2 DESC;",
    "https://example.org/a/b?c=d&e=%20#f mail@example.org +49 341 1234567",
    "ＦＵＬＬ ｗｉｄｔｈ, ﬁne ligatures, ½ and ² and ™",
    "tab\tand\u{a0}no-break and zero\u{200b}width and \u{fffd} and bell\u{7}",
    "e\u{301}\u{323} combining marks, a\u{308} and ö",
    "don't can't won't it's — “quotes” ‘and’ «others»",
    "$1,000.00 ~ 3.14159 x^2 <tag> [link](url) `code` a_b a/b",
];

/// The thirty people of the sample, as they would send their profiles.
pub(super) fn people() -> Result<Vec<Value>, Failure> {
    serde_json::from_str(PEOPLE).explain(|| "people.json cannot be read".to_owned())
}

/// About twelve words of each.
pub(super) fn short_texts(people: &[Value]) -> Vec<String> {
    people.iter().map(|person| bio(person).split_whitespace().take(12).collect::<Vec<_>>().join(" ")).collect()
}

/// About 120 words: what two of them say.
pub(super) fn bios(people: &[Value]) -> Vec<String> {
    let next = people.iter().cycle().skip(1);
    people.iter().zip(next).map(|(one, other)| format!("{} {}", bio(one), bio(other))).collect()
}

/// Texts of all lengths, odd ones, and some that are longer than what a model reads.
pub(super) fn all_texts(people: &[Value]) -> Vec<String> {
    let said = people.iter().map(|person| format!("{}\n{}", text(person, "headline"), bio(person)));
    let whole = people.iter().map(bio).collect::<Vec<_>>().join(" ");
    let long = [
        "boat ".repeat(400),
        "Donaudampfschifffahrtsgesellschaft ".repeat(60),
        "x".repeat(300),
        whole,
        "🎈".repeat(300),
    ];
    let odd = ODD.into_iter().map(str::to_owned).chain(long);
    said.chain(short_texts(people)).chain(bios(people)).chain(odd).collect()
}

/// People made of the parts of others: as many skills, interests and words as people have, in any mixture.
pub(super) fn crowd(people: &[Value], size: usize) -> Vec<Value> {
    let mut chance = 1_u64;
    let mut below = |bound: usize| {
        // A linear congruential generator, whose higher bits are the better ones.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(chance >> 33).unwrap_or(0) % bound.max(1)
    };
    (0..size)
        .map(|number| {
            let mut of = || people.get(below(people.len())).cloned().unwrap_or_default();
            let (mut made, words, skills, interests) = (of(), of(), of(), of());
            made["name"] = json!(format!("Person {number}"));
            made["bio"] = json!(format!("{} {}", bio(&words), text(&made, "headline")));
            for (list, other) in [("skills", &skills), ("interests", &interests)] {
                let both = [&made[list], &other[list]].map(|list| list.as_array().cloned().unwrap_or_default());
                made[list] = both.concat().into_iter().take(3 + below(5)).collect();
            }
            made
        })
        .collect()
}

fn bio(person: &Value) -> &str {
    text(person, "bio")
}

fn text<'p>(person: &'p Value, field: &str) -> &'p str {
    person[field].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole_and_its_texts_are_as_long_as_they_should_be() {
        let people = people().unwrap();
        assert_eq!(people.len(), 30);
        let words = |texts: &[String]| texts.iter().map(|text| text.split_whitespace().count()).sum::<usize>() / 30;
        assert_eq!(words(&short_texts(&people)), 12);
        assert!((90..=130).contains(&words(&bios(&people))), "{}", words(&bios(&people)));
        assert!(all_texts(&people).len() >= 100);
        let crowd = crowd(&people, 50);
        assert!(crowd.iter().all(|person| person["skills"].as_array().is_some_and(|skills| skills.len() >= 3)));
        assert_eq!(crowd, super::crowd(&people, 50), "the same crowd every time");
    }
}
