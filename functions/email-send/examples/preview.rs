//! Writes every mail in every language to a folder, for people who look at them.

use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("into which folder?")?);
    fs::create_dir_all(&folder)?;
    let mut index = String::from("<!doctype html><meta charset=utf-8><title>Mails</title><ul>");
    for mail in email_send::preview::all()? {
        fs::write(folder.join(format!("{}.txt", mail.name)), format!("Subject: {}\n\n{}", mail.subject, mail.text))?;
        fs::write(folder.join(format!("{}.html", mail.name)), &mail.html)?;
        let name = &mail.name;
        index += &format!("<li><a href={name}.html>{name}</a> (<a href={name}.txt>text</a>): {}", mail.subject);
    }
    fs::write(folder.join("index.html"), index)?;
    Ok(())
}
