//! What leads to something else, and must find it there.

use serde_json::Value;

use super::world::State;

/// Rows that lead nowhere, or that nothing leads to any more.
pub(super) fn broken(state: &State) -> Vec<String> {
    [talks(state), projects(state), pairs(state), watches(state), copies(state)].concat()
}

/// The rows of a table, by their two keys.
fn rows<'s>(state: &'s State, table: &str) -> impl Iterator<Item = (&'s str, &'s str, &'s Value)> {
    let of_table = state.iter().filter(move |(place, _)| place.split(' ').next() == Some(table));
    of_table.filter_map(|(place, item)| {
        let mut parts = place.split(' ').skip(1);
        Some((parts.next()?, parts.next()?, item))
    })
}

fn talks(state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let has = |pk: &str, sk: &str| state.contains_key(&format!("Chat {pk} {sk}"));
    let lines = |talk: &str| {
        let leads_there = |sk: &str| sk == format!("CONV#{talk}") || sk == format!("PAST#{talk}");
        rows(state, "Chat").filter(|(_, sk, _)| leads_there(sk)).count()
    };
    for (pk, sk, _) in rows(state, "Chat") {
        if let Some(talk) = pk.strip_prefix("CONV#") {
            let is_led_to = match sk.strip_prefix("MEMBER#") {
                Some(person) => {
                    ["CONV", "PAST"].iter().any(|kind| has(&format!("USER#{person}"), &format!("{kind}#{talk}")))
                }
                None => lines(talk) > 0,
            };
            if !is_led_to || !has(pk, "META") {
                wrong.push(format!("nothing leads to {pk} {sk}"));
            }
        }
        if let Some((kind, talk)) = sk.split_once('#').filter(|_| pk.starts_with("USER#")) {
            let (talk, own) = (format!("CONV#{talk}"), format!("MEMBER#{}", &pk["USER#".len()..]));
            if !has(&talk, "META") || kind == "CONV" && !has(&talk, &own) {
                wrong.push(format!("{pk} {sk} leads nowhere"));
            }
        }
    }
    wrong
}

fn projects(state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let has = |pk: &str, sk: &str| state.contains_key(&format!("Profiles {pk} {sk}"));
    for (pk, sk, item) in rows(state, "Profiles") {
        let (project, person) = (pk.strip_prefix("PROJECT#"), pk.strip_prefix("MEMBER#"));
        let other = match (project, person, sk.split_once('#')) {
            (Some(project), _, Some(("MEMBER", person))) => {
                Some((format!("MEMBER#{person}"), format!("PROJECT#{project}")))
            }
            (Some(project), _, Some(("REQUEST", person))) => {
                Some((format!("MEMBER#{person}"), format!("ASKED#{project}")))
            }
            (_, Some(person), Some(("PROJECT", project))) => {
                Some((format!("PROJECT#{project}"), format!("MEMBER#{person}")))
            }
            (_, Some(person), Some(("ASKED", project))) => {
                Some((format!("PROJECT#{project}"), format!("REQUEST#{person}")))
            }
            _ => None,
        };
        if other.is_some_and(|(pk, sk)| !has(&pk, &sk)) || project.is_some() && !has(pk, "META") {
            wrong.push(format!("{pk} {sk} leads nowhere"));
        }
        if project.is_some() && sk == "META" {
            let members = rows(state, "Profiles")
                .filter(|(of, sk, _)| *of == pk && sk.starts_with("MEMBER#"))
                .count()
                .to_string();
            let owners = item["owner_ids"]["SS"].as_array().into_iter().flatten();
            let are_members = owners.filter_map(Value::as_str).all(|owner| has(pk, &format!("MEMBER#{owner}")));
            if item["member_count"]["N"] != *members || !are_members {
                wrong.push(format!("{members} members of {item}"));
            }
        }
    }
    wrong
}

fn pairs(state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let has = |pk: &str, sk: &str| state.contains_key(&format!("Social {pk} {sk}"));
    let met = |a: &str, b: &str| has(&format!("USER#{a}"), &format!("MET#{b}"));
    for (pk, sk, _) in rows(state, "Social") {
        let two = match (pk.split_once('#'), sk.split_once('#')) {
            (Some(("PAIR", two)), _) => two.split_once('#'),
            (Some(("USER", person)), Some((_, other))) => Some((person, other)),
            _ => None,
        };
        let Some((a, b)) = two else { continue };
        let pair = format!("PAIR#{}#{}", a.min(b), a.max(b));
        if !has(&pair, "PAIR") || !met(a, b) || !met(b, a) {
            wrong.push(format!("{pk} {sk} leads nowhere"));
        }
    }
    wrong
}

fn watches(state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    for (pk, sk, item) in rows(state, "Realtime") {
        let has = |pk: &str, sk: &str| state.contains_key(&format!("Realtime {pk} {sk}"));
        if pk.starts_with("WATCH#") && !has(&format!("CONNECTION#{sk}"), "CONNECTION") {
            wrong.push(format!("{pk} {sk}: there is no such socket"));
        }
        if let Some(socket) = pk.strip_prefix("CONNECTION#") {
            let watched = item["watched"]["L"].as_array().into_iter().flatten().filter_map(|id| id["S"].as_str());
            let lost = watched.filter(|id| !has(&format!("WATCH#{id}"), socket));
            wrong.extend(lost.map(|id| format!("{pk} watches {id} in vain")));
        }
    }
    wrong
}

fn copies(state: &State) -> Vec<String> {
    let names = |key: &str| {
        let of_photos = |pk: &str, sk: &str| pk == "DRAFT#photos" || sk == "PHOTOS";
        rows(state, "Profiles").any(|(pk, sk, item)| of_photos(pk, sk) && item.to_string().contains(key))
    };
    let copies = state.keys().filter_map(|place| place.strip_prefix("Photos photos/"));
    let lost = copies.filter(|copy| !names(copy.split('/').next().unwrap_or_default()));
    lost.map(|copy| format!("a copy that nobody shows: {copy}")).collect()
}
