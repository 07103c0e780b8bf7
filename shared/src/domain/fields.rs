//! Collects the complaints of a whole request, so that an error names every offending field at once.

use std::borrow::Cow;

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
        let error = fields.accept(a.zip(b)).unwrap_err();
        assert_eq!(error.fields().len(), 1);
        assert_eq!(error.detail(), "a must be even");
    }
}
