//! Whether a simple condition holds: loose comparisons, as Arazzo 1.0.1 has them.

use std::cmp::Ordering;

use contract::arazzo::{Access, Comparison, Condition, Operand, Quoting};
use serde_json::{Number, Value};

use super::values::{Answer, Memory};

/// Whether it holds. What is not there is null.
pub(super) fn holds(condition: &Condition, memory: &Memory<'_>, answer: &Answer) -> bool {
    let holds = |condition: &Condition| holds(condition, memory, answer);
    match condition {
        Condition::Any(parts) => parts.iter().any(holds),
        Condition::All(parts) => parts.iter().all(holds),
        Condition::Not(inner) => !holds(inner),
        Condition::True(value) => is_true(&operand(value, memory, answer)),
        Condition::Compare(left, comparison, right) => {
            let left = operand(left, memory, answer);
            compares(&left, *comparison, &operand(right, memory, answer))
        }
    }
}

/// The value of an operand.
pub(super) fn operand(operand: &Operand, memory: &Memory<'_>, answer: &Answer) -> Value {
    match operand {
        Operand::Literal(value) => value.clone(),
        Operand::Text(text) => {
            let filled = text.fill(Quoting::Plain, &mut |expression| {
                let value = memory.value(expression, Some(answer));
                Ok::<_, std::convert::Infallible>(value.unwrap_or_default().into_owned())
            });
            match filled {
                Ok(text) => text.into(),
                Err(never) => match never {},
            }
        }
        Operand::Expression(expression, way) => {
            let value = memory.value(expression, Some(answer)).unwrap_or_default();
            let end = way
                .iter()
                .try_fold(&*value, |value, access| match access {
                    Access::Member(name) => value.get(name),
                    Access::Item(index) => value.get(index),
                })
                .cloned();
            end.unwrap_or_default()
        }
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

fn compares(left: &Value, comparison: Comparison, right: &Value) -> bool {
    let order = order(left, right);
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal) || left == right,
        Comparison::NotEqual => order != Some(Ordering::Equal) && left != right,
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// How two values are ordered: numbers, texts without regard to case, and a number beside a text
/// that is one. Others are not.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers(left, right),
        (Value::String(left), Value::String(right)) => {
            Some(left.to_lowercase().cmp(&right.to_lowercase()))
        }
        (Value::Number(left), Value::String(right)) => numbers(left, &right.trim().parse().ok()?),
        (Value::String(left), Value::Number(right)) => numbers(&left.trim().parse().ok()?, right),
        _ => None,
    }
}

fn numbers(left: &Number, right: &Number) -> Option<Ordering> {
    // Beyond 2^53 a floating-point number would take neighbours for one.
    if let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) {
        return Some(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (left.as_u64(), right.as_u64()) {
        return Some(left.cmp(&right));
    }
    left.as_f64()?.partial_cmp(&right.as_f64()?)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::values::tests::{answer, memory};
    use super::*;

    #[rstest]
    #[case("$statusCode == 200", true)]
    #[case("$statusCode == '200'", true)]
    #[case("$statusCode == 200.0", true)]
    #[case("$statusCode != 200", false)]
    #[case("$statusCode > 199 && $statusCode < 300", true)]
    #[case("$statusCode >= 200 && $statusCode <= 200", true)]
    #[case("$statusCode < 200 || $statusCode > 200", false)]
    // Texts have no case, and a text that is a number is one.
    #[case("$response.body#/state == 'ACTIVED'", true)]
    #[case("$response.body#/state != 'actived'", false)]
    #[case("$response.body#/count == 7", true)]
    #[case("$response.body#/count < 10", true)]
    #[case("$response.body#/state > 7", false)]
    #[case("$response.body#/state <= 7", false)]
    #[case("'a' < 'B'", true)]
    // What is not there is null, and so is null.
    #[case("$response.body#/none == null", true)]
    #[case("$response.body#/null == null", true)]
    #[case("$response.body#/none != 'x'", true)]
    #[case("$response.body#/none < 1", false)]
    #[case("$response.body#/state == null", false)]
    // The way to a value.
    #[case("$response.body#/items[1].id == 'b'", true)]
    #[case("$response.body.items[0].id == 'a'", true)]
    #[case("$response.body#/items[9].id == null", true)]
    #[case("$response.body#/items[0][0] == null", true)]
    #[case("$response.body#/items == $response.body#/items", true)]
    #[case("$response.body#/items == $response.body#/state", false)]
    #[case("$response.body#/state == $inputs.n", false)]
    #[case("$response.body#/count == $inputs.n", true)]
    #[case("$response.body#/path == '{$inputs.project_id}/{$inputs.n}'", true)]
    // Truth.
    #[case("$response.body#/done", true)]
    #[case("!$response.body#/done", false)]
    #[case("!$response.body#/none", true)]
    #[case("!$response.body#/empty && !$response.body#/zero", true)]
    #[case("$response.body#/items && $response.body#/state", true)]
    #[case("!(true && (false || null))", true)]
    // Neighbours beyond 2^53.
    #[case("$response.body#/big == 9007199254740993", true)]
    #[case("$response.body#/big == 9007199254740992", false)]
    #[case("18446744073709551615 > -1", true)]
    fn a_condition_holds_or_does_not(#[case] text: &str, #[case] expected: bool) {
        let body = r#"{"state":"Actived","count":"7","null":null,"done":true,"empty":"","zero":0,
            "items":[{"id":"a"},{"id":"b"}],"path":"P/7","big":9007199254740993}"#;
        let condition = Condition::parse(text).expect("a condition");
        assert_eq!(
            holds(&condition, &memory(), &answer(200, &[], body)),
            expected
        );
    }
}
