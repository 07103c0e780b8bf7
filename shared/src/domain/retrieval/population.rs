//! People for the tests of retrieval.

#[path = "population_words.rs"]
mod words;

use serde_json::json;

use crate::domain::embedding::{DIMENSIONS, ModelId};
use crate::domain::matching::Person;
use crate::domain::matching::samples::{person, profile};
use crate::domain::profile::{Field, Goal};

use words::{INTERESTS, PLACES, SKILLS};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn some<'l>(&mut self, list: &[&'l str], most: usize) -> Vec<&'l str> {
        let count = self.roll(most + 1);
        let mut chosen: Vec<&str> =
            (0..count).map(|_| list[self.roll(list.len()).min(self.roll(list.len()))]).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn direction(&mut self) -> Vec<f32> {
        (0..DIMENSIONS).map(|_| f32::from(i16::try_from(self.roll(2_001)).unwrap()) / 1_000.0 - 1.0).collect()
    }
}

/// People as they might be: popular skills and places, a text about one of a few dozen things, and gaps.
pub(super) fn population(count: usize) -> Vec<Person> {
    let mut dice = Dice(0x5EED_5EED_5EED);
    let topics: Vec<Vec<f32>> = (0..40).map(|_| dice.direction()).collect();
    let one = |number: usize, dice: &mut Dice| {
        let (zone, country, city) = PLACES[dice.roll(8).min(dice.roll(8))];
        let place = (dice.roll(5) > 0).then(|| json!({"city": city, "country": country}));
        let goals: Vec<&str> = (0..dice.roll(4)).map(|_| Goal::ALL[dice.roll(8)].as_str()).collect();
        let said = json!({
            "field": Field::ALL[dice.roll(11).min(dice.roll(11))].as_str(),
            "experience_years": dice.roll(30), "skills": dice.some(&SKILLS, 9), "interests": dice.some(&INTERESTS, 7),
            "goals": goals.iter().collect::<std::collections::BTreeSet<_>>(), "languages": dice.some(&["en", "de", "es", "hi", "ja"], 3),
            "time_zone": zone, "place": place, "bio": "words",
            "availability_hours_per_week": (dice.roll(3) > 0).then(|| 1 + dice.roll(40)),
        });
        let profile = profile(u128::try_from(number).unwrap() + 10, &said);
        let topic = &topics[dice.roll(topics.len())];
        let noise = dice.direction();
        let share = f32::from(u8::try_from(dice.roll(100)).unwrap()) / 100.0;
        let vector: Vec<f32> =
            topic.iter().zip(noise).map(|(topic, noise)| topic * share + noise * (1.0 - share)).collect();
        if dice.roll(10) == 0 { Person::new(profile, None) } else { person(profile, &ModelId::CURRENT, &vector) }
    };
    (0..count).map(|number| one(number, &mut dice)).collect()
}
