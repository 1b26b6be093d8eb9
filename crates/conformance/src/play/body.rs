//! From the template of a body to its bytes.

mod damage;
mod spelling;
mod text;

use bytes::Bytes;

use crate::case::BodyTemplate;
use crate::expression::{self, States};
use crate::{json_body, patch};

/// Fills a body in; none where the operation takes none.
///
/// # Errors
/// In words: an expression that names nothing, or a patch that does not apply.
pub(crate) fn fill(template: &BodyTemplate, states: &States) -> Result<Option<Bytes>, String> {
    Ok(match template {
        BodyTemplate::Absent => None,
        BodyTemplate::Bytes(bytes) => Some(Bytes::from(bytes.clone())),
        BodyTemplate::Json { value, corrections } => {
            let mut body = value.clone();
            for correction in corrections {
                let mut value = correction.value.clone();
                expression::fill_states(&mut value, states)?;
                patch::apply(&mut body, correction, value)?;
            }
            expression::fill_states(&mut body, states)?;
            Some(json_body::bytes(&body))
        }
        BodyTemplate::Damaged { of, damage } => {
            fill(of, states)?.map(|text| Bytes::from(damage::damaged(&text, *damage)))
        }
        BodyTemplate::Spelled { of, spelling } => {
            fill(of, states)?.map(|text| Bytes::from(spelling::spelled(&text, *spelling)))
        }
    })
}
