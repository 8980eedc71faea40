//! How results.json is laid out: indented, but points of curves and fans each on a line of its own. That takes half the bytes, and a difference between
//! two files is a line.

use std::io::{Result, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Levels that are indented; what lies deeper is on one line.
const INDENTED: usize = 6;

/// Indents the outer levels only.
#[derive(Debug, Default)]
pub struct Layered {
    pretty: PrettyFormatter<'static>,
    depth: usize,
}

/// Hands over to one of the two formatters.
macro_rules! by_depth {
    ($($method:ident($($argument:ident: $kind:ty),*)),* $(,)?) => {
        $(
            fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $kind)*) -> Result<()> {
                if self.depth > INDENTED {
                    CompactFormatter.$method(writer $(, $argument)*)
                } else {
                    self.pretty.$method(writer $(, $argument)*)
                }
            }
        )*
    };
}

/// The same for what opens or closes a level.
macro_rules! levels {
    ($($open:ident, $close:ident);* $(;)?) => {
        $(
            fn $open<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
                self.depth += 1;
                if self.depth > INDENTED {
                    CompactFormatter.$open(writer)
                } else {
                    self.pretty.$open(writer)
                }
            }

            fn $close<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
                self.depth -= 1;
                if self.depth >= INDENTED {
                    CompactFormatter.$close(writer)
                } else {
                    self.pretty.$close(writer)
                }
            }
        )*
    };
}

impl Formatter for Layered {
    levels! {
        begin_array, end_array;
        begin_object, end_object;
    }

    by_depth! {
        begin_array_value(first: bool),
        end_array_value(),
        begin_object_key(first: bool),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::*;

    fn written(value: &Value) -> String {
        let mut text = Vec::new();
        value
            .serialize(&mut Serializer::with_formatter(&mut text, Layered::default()))
            .unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn deep_levels_are_on_one_line() {
        let point = json!({ "at": 1, "of": { "value": 0.5, "none": [] } });
        let value = json!({ "a": [{ "b": [{ "c": [point, point], "d": {}, "e": [1] }] }] });
        let text = written(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        insta::assert_snapshot!(text, @r#"
        {
          "a": [
            {
              "b": [
                {
                  "c": [
                    {"at":1,"of":{"value":0.5,"none":[]}},
                    {"at":1,"of":{"value":0.5,"none":[]}}
                  ],
                  "d": {},
                  "e": [
                    1
                  ]
                }
              ]
            }
          ]
        }
        "#);
    }
}
