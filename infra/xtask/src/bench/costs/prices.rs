//! What AWS asks for, in us-east-1, on arm64, in November 2026.

/// What is paid by the piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A strong read of up to 4 KB.
    Read,
    /// A write of up to 1 KB.
    Write,
    Queue,
    /// What a bucket tells `EventBridge`.
    Event,
    ObjectRead,
    ObjectWrite,
    ObjectDeletion,
    Mail,
}

/// US dollars for a million invocations, and for a gigabyte that is held for a second.
pub(super) const INVOCATIONS: f64 = 0.20;
pub(super) const GIGABYTE_SECOND: f64 = 0.000_013_333_4;
/// How much memory comes with one processor.
pub(super) const WHOLE_PROCESSOR: f64 = 1_769.0;

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read => "DynamoDB read units",
            Self::Write => "DynamoDB write units",
            Self::Queue => "SQS",
            Self::Event => "EventBridge",
            Self::ObjectRead => "S3 reads",
            Self::ObjectWrite => "S3 writes",
            Self::ObjectDeletion => "S3 deletions",
            Self::Mail => "SES",
        }
    }

    /// US dollars for a million.
    pub(super) const fn price(self) -> f64 {
        match self {
            Self::Read => 0.125,
            Self::Write => 0.625,
            Self::Queue | Self::ObjectRead => 0.40,
            Self::Event => 1.0,
            Self::ObjectWrite => 5.0,
            Self::ObjectDeletion => 0.0,
            Self::Mail => 100.0,
        }
    }
}
