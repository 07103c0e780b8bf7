//! Segments survive being stored, and nothing else is taken for one.

use proptest::prelude::*;

use super::*;
use crate::domain::matching::Person;
use crate::domain::matching::samples::any_person;
use crate::domain::profile::Field;
use crate::domain::time::Timestamp;

fn segment(people: &[Person]) -> Segment {
    Segment {
        shard: Shard { field: Field::Design, region: Region::Europe },
        built_at: Timestamp::from_unix_millis(1_764_000_000_123),
        rows: Rows::of(people.iter().map(Row::of).collect()),
    }
}

fn few() -> Segment {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let people = prop::collection::vec(any_person(), 3).new_tree(&mut TestRunner::deterministic()).unwrap();
    segment(&people.current())
}

/// The same bytes with a digest that fits them.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 32);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    bytes.extend(digest.as_ref());
    bytes
}

proptest! {
    #[test]
    fn a_segment_is_read_as_it_was_written(people in prop::collection::vec(any_person(), 0..12)) {
        let segment = segment(&people);
        let bytes = segment.to_bytes();
        prop_assert_eq!(bytes.len(), Segment::HEADER + segment.rows.len() * Segment::BYTES_EACH + 32);
        let head = Head::read(&bytes[..Segment::HEADER], bytes.len() as u64).unwrap();
        prop_assert_eq!((head.built_at, head.people), (segment.built_at, segment.rows.len()));
        prop_assert_eq!(head.awaiting, segment.rows.awaiting().count());
        prop_assert!(Head::read(&bytes[..Segment::HEADER], bytes.len() as u64 - 1).is_err());
        prop_assert_eq!(Segment::from_bytes(&bytes), Ok(segment));
    }

    #[test]
    fn a_changed_byte_is_noticed(at in any::<prop::sample::Index>(), bits in 1..=u8::MAX) {
        let mut bytes = few().to_bytes();
        *at.get_mut(&mut bytes) ^= bits;
        prop_assert!(Segment::from_bytes(&bytes).is_err());
    }

    #[test]
    fn whatever_it_is_it_is_no_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..600), as_header in any::<bool>()) {
        if as_header {
            let start: Vec<u8> = few().to_bytes().into_iter().take(28).collect();
            bytes.splice(0..0, start);
            bytes.extend([0; 32]);
            bytes = sealed(bytes);
        }
        prop_assert!(Segment::from_bytes(&bytes).is_err());
    }
}

#[test]
fn a_segment_that_was_cut_short_is_refused_wherever_it_was_cut() {
    let bytes = few().to_bytes();
    for length in 0..bytes.len() {
        let error = Segment::from_bytes(&bytes[..length]).unwrap_err();
        let expected = match length {
            0..8 => SegmentError::NoSegment,
            8..32 => SegmentError::Length,
            _ => SegmentError::Digest,
        };
        assert_eq!(error, expected, "{length}");
    }
    // Also one that somebody sealed again.
    for length in (68..bytes.len()).step_by(7) {
        assert!(Segment::from_bytes(&sealed(bytes[..length].to_vec())).is_err(), "{length}");
    }
}

#[test]
fn other_formats_models_and_shards_are_told_apart() {
    let changed = |at: usize, byte: u8| {
        let mut bytes = few().to_bytes();
        bytes[at] = byte;
        Segment::from_bytes(&sealed(bytes)).unwrap_err()
    };
    assert_eq!(changed(8, 9), SegmentError::Format(9));
    assert_eq!(changed(28, 200), SegmentError::Shard);
    assert_eq!(changed(29, 8), SegmentError::Shard);
    assert_eq!(changed(30, b'X'), SegmentError::Model("Xll-MiniLM-L6-v2".to_owned()));
    assert_eq!(changed(20, 4), SegmentError::Length);
    let mut longer = few().to_bytes();
    longer.splice(300..300, [7]);
    assert_eq!(Segment::from_bytes(&sealed(longer)), Err(SegmentError::Length));
}

#[test]
fn a_person_takes_less_than_six_hundred_bytes() {
    const { assert!(Rows::BYTES_EACH <= 600) };
}
