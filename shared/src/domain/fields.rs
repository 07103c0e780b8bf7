//! Collects the complaints of a whole request, so that an error names every offending field at once.

use std::borrow::{Borrow, Cow};

use super::input::Input;
use crate::error::{Error, FieldError, Result};

/// Why a value was refused, as a sentence that begins with the field's name.
pub type Refusal = Cow<'static, str>;

#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Keeps a parsed value, or notes the complaint under `field` and yields nothing.
    pub fn take<T>(&mut self, field: impl Into<Cow<'static, str>>, parsed: Result<T, Refusal>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(detail) => {
                self.0.push(FieldError { field: field.into(), detail });
                None
            }
        }
    }

    /// Parses what was sent for a field. What is missing or of the wrong type is a complaint, too.
    pub fn read<T, B, U>(
        &mut self,
        field: &'static str,
        input: &Input<T>,
        parse: impl FnOnce(&B) -> Result<U, Refusal>,
    ) -> Option<U>
    where
        T: Borrow<B>,
        B: ?Sized,
    {
        self.take(field, input.get(field).and_then(|sent| parse(sent.borrow())))
    }

    /// The same for a field that may be left out.
    pub fn read_optional<T, B, U>(
        &mut self,
        field: &'static str,
        input: Option<&Input<T>>,
        parse: impl FnOnce(&B) -> Result<U, Refusal>,
    ) -> Option<Option<U>>
    where
        T: Borrow<B>,
        B: ?Sized,
    {
        match input {
            Some(input) => self.read(field, input, parse).map(Some),
            None => Some(None),
        }
    }

    /// What was sent for a field whose type says all there is to check.
    pub fn copy<T: Copy>(&mut self, field: &'static str, input: &Input<T>) -> Option<T> {
        self.take(field, input.get(field).copied())
    }

    /// The same for a field that may be left out.
    pub fn copy_optional<T: Copy>(&mut self, field: &'static str, input: Option<&Input<T>>) -> Option<Option<T>> {
        self.take(field, input.map(|input| input.get(field).copied()).transpose())
    }

    /// Parses an object inside the body, and notes its complaints under paths such as `project.title`.
    pub fn object<T, U>(
        &mut self,
        object: &'static str,
        input: &Input<T>,
        parse: impl FnOnce(&T) -> Result<U>,
    ) -> Option<U> {
        let sent = self.take(object, input.get(object))?;
        parse(sent).map_err(|error| self.0.extend(error.fields().iter().map(|field| field.within(object)))).ok()
    }

    /// Parses a list of at most so many objects inside the body, and notes its complaints under paths such as
    /// `messages[3].text`. Of a longer list nothing is looked at: its complaints could be longer than itself.
    pub fn list<T, U>(
        &mut self,
        list: &'static str,
        input: &Input<Vec<T>>,
        at_most: usize,
        parse: impl Fn(&T) -> Result<U>,
    ) -> Option<Vec<U>> {
        let sent = self.take(list, input.get(list))?;
        if sent.len() > at_most {
            return self.take(list, Err(format!("{list} must be at most {at_most}").into()));
        }
        let complaints = self.0.len();
        let mut parsed = Vec::with_capacity(sent.len());
        for (index, item) in sent.iter().enumerate() {
            match parse(item) {
                Ok(item) => parsed.push(item),
                Err(error) => {
                    let item = format!("{list}[{index}]");
                    self.0.extend(error.fields().iter().map(|field| field.within(&item)));
                }
            }
        }
        (self.0.len() == complaints).then_some(parsed)
    }

    /// The error for the request; call it when one of the taken values is missing.
    pub fn refused(self) -> Error {
        Error::invalid_fields(self.0)
    }

    /// `value` if nothing was refused.
    pub fn accept<T>(self, value: Option<T>) -> Result<T> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offending_field_is_named() {
        let mut fields = Fields::default();
        let a: Option<u8> = fields.take("a", Err("a must be even".into()));
        let b = fields.take("b", Ok(2_u8));
        let c = fields.read("c", &Input::from("odd".to_owned()), |_: &str| Err::<u8, _>("c must be even".into()));
        let error = fields.accept(a.zip(b).zip(c)).unwrap_err();
        assert_eq!(error.fields().len(), 2);
        assert_eq!(error.detail(), "a must be even");
    }
}
