//! Lines on standard error and standard output, coloured only on a terminal.

use std::io::Write;

use crate::Error;

/// Prints an error with its cause, if the system knows one that the text does not tell.
pub(crate) fn error(error: &Error) {
    anstream::eprintln!("\u{1b}[1;31merror\u{1b}[0m: {error}");
}

/// Prints on standard output; a closed pipe (`| head`) is no failure of the run.
pub(crate) fn out(text: &str) {
    let mut stdout = anstream::stdout().lock();
    let _closed = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}
