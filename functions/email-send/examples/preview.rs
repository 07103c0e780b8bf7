//! Writes every mail in every language to a folder, for people who look at them.

use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("into which folder?")?);
    fs::create_dir_all(&folder)?;
    let mut index = vec!["<!doctype html><meta charset=utf-8><title>Mails</title><ul>".to_owned()];
    for mail in email_send::preview::all()? {
        let (name, subject) = (&mail.name, &mail.subject);
        fs::write(folder.join(format!("{name}.txt")), format!("Subject: {subject}\n\n{}", mail.text))?;
        fs::write(folder.join(format!("{name}.html")), &mail.html)?;
        index.push(format!("<li><a href={name}.html>{name}</a> (<a href={name}.txt>text</a>): {subject}"));
    }
    fs::write(folder.join("index.html"), index.join("\n"))?;
    Ok(())
}
