//! An API that answers, refuses, stalls and hangs up.
