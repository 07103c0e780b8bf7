//! Parts of the world: segments are cut along them, so that a large population need not be loaded whole.

use crate::domain::profile::Country;

/// A continent, or nowhere in particular. The order is that of the numbers in stored segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Region {
    None,
    Africa,
    Antarctica,
    Asia,
    Europe,
    NorthAmerica,
    Oceania,
    SouthAmerica,
}

impl Region {
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Africa,
        Self::Antarctica,
        Self::Asia,
        Self::Europe,
        Self::NorthAmerica,
        Self::Oceania,
        Self::SouthAmerica,
    ];

    pub fn of(country: Country) -> Self {
        let listed =
            COUNTRIES.iter().find(|(_, codes)| codes.split_ascii_whitespace().any(|code| code == country.as_str()));
        listed.map_or(Self::None, |(region, _)| *region)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Africa => "africa",
            Self::Antarctica => "antarctica",
            Self::Asia => "asia",
            Self::Europe => "europe",
            Self::NorthAmerica => "north-america",
            Self::Oceania => "oceania",
            Self::SouthAmerica => "south-america",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.as_str() == text)
    }
}

/// Countries by continent, those on two by where most of their people live.
#[rustfmt::skip]
const COUNTRIES: [(Region, &str); 7] = [
    (Region::Africa, "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU \
        MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW"),
    (Region::Antarctica, "AQ BV GS HM TF"),
    (Region::Asia, "AE AF AM AZ BD BH BN BT CC CN CX CY GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO \
        MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE"),
    (Region::Europe, "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC \
        MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA"),
    (Region::NorthAmerica, "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA \
        PM PR SV SX TC TT US VC VG VI"),
    (Region::Oceania, "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS"),
    (Region::SouthAmerica, "AR BO BR CL CO EC FK GF GY PE PY SR UY VE"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_lies_in_one_part_of_the_world() {
        let codes: Vec<&str> = COUNTRIES.iter().flat_map(|(_, codes)| codes.split_ascii_whitespace()).collect();
        let mut unique = codes.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!((codes.len(), unique.len()), (249, 249));
        assert!(codes.iter().all(|code| Region::of(Country::parse(code).unwrap()) != Region::None));
        for (number, region) in Region::ALL.into_iter().enumerate() {
            assert_eq!((region as usize, Region::parse(region.as_str())), (number, Some(region)));
        }
    }
}
