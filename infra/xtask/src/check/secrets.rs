//! Looks for secrets in every file of the repository and in every line any commit ever added.

use std::fs;
use std::process::Command;

use super::patterns::Patterns;
use crate::failure::{Explain, Failure};
use crate::progress::warn;
use crate::workspace;

pub fn scan_repository() -> Result<(), Failure> {
    let patterns = Patterns::compile()?;
    let mut findings = scan_tree(&patterns)?;
    findings.extend(scan_history(&patterns)?);
    if findings.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{} possible secrets", findings.len())).evidence(findings.join("\n")).remedy(
        "revoke what is real and remove it (from history too); what is an example goes to ALLOWED in check/patterns.rs",
    ))
}

/// Tracked files and new ones; what is ignored is not published.
fn scan_tree(patterns: &Patterns) -> Result<Vec<String>, Failure> {
    let listed = git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
    let paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    let mut findings = Vec::new();
    for path in &paths {
        // A listed file may have been deleted since; a link may point nowhere.
        let Ok(bytes) = fs::read(workspace::root().join(path)) else { continue };
        if bytes.contains(&0) {
            continue;
        }
        for (number, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            findings.extend(patterns.find(line).map(|kind| format!("{path}:{}: {kind}", number + 1)));
        }
    }
    warn(format_args!("    {} files", paths.len()));
    Ok(findings)
}

fn scan_history(patterns: &Patterns) -> Result<Vec<String>, Failure> {
    let commits = git(&["rev-list", "--all", "--count"])?;
    warn(format_args!("    {} commits", commits.trim()));
    let log = git(&["log", "--all", "--patch", "--unified=0", "--no-color", "--no-ext-diff", "--format=commit %h"])?;
    Ok(scan_log(patterns, &log))
}

fn scan_log(patterns: &Patterns, log: &str) -> Vec<String> {
    let (mut commit, mut path, mut number) = ("", "", 0_usize);
    let mut findings = Vec::new();
    for line in log.lines() {
        if let Some(found) = line.strip_prefix("commit ") {
            commit = found;
        } else if let Some(found) = line.strip_prefix("+++ ") {
            path = found.strip_prefix("b/").unwrap_or(found);
        } else if let Some(hunk) = line.strip_prefix("@@ ") {
            number = first_line(hunk);
        } else if let Some(added) = line.strip_prefix('+') {
            findings.extend(patterns.find(added).map(|kind| format!("{path}:{number} in commit {commit}: {kind}")));
            number += 1;
        }
    }
    findings
}

/// `-1,2 +3,4 @@` is about the lines from 3 on.
fn first_line(hunk: &str) -> usize {
    let place = hunk.split_once('+').map(|(_, added)| added).unwrap_or_default();
    place.split([',', ' ']).next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn git(arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(workspace::root())
        .output()
        .explain(|| "cannot run git".to_owned())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::new(format!("git {} failed", arguments[0]))
        .evidence(String::from_utf8_lossy(&output.stderr))
        .remedy("run the check in a clone of the repository"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_was_removed_is_still_found_in_history() {
        let key = ["AKIA", "ABCDEFGHIJKLMNOP"].concat();
        let log = format!(
            "commit aaa\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -4 +4,0 @@\n-{key}\n\
             commit bbb\n\ndiff --git a/x b/x\n--- /dev/null\n+++ b/x\n@@ -0,0 +3,2 @@ f\n+fine\n+{key}\n"
        );
        let findings = scan_log(&Patterns::compile().unwrap(), &log);
        assert_eq!(findings, ["x:4 in commit bbb: AWS access key"]);
    }
}
