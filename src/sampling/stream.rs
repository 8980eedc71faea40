//! A stream, and where its draws stand in the net of what they belong to.

use super::streams::StreamKey;

/// A random driver's stream. The first draws of several streams that belong to one thing, such as an event, can have a net in common: a design that
/// knows nets then spreads its trials evenly over these draws taken together, not only over each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stream {
    /// Its key.
    pub key: StreamKey,
    net: Option<Net>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Net {
    key: StreamKey,
    dimensions: &'static [usize],
}

impl Stream {
    /// A stream whose first draws have these dimensions (each below [`super::Dimensions::MOST`]) of the net with the key `net`. No two draws of a net may
    /// have the same dimension. The lower dimensions are, the more evenly they are spread together.
    #[must_use]
    pub const fn in_net(key: StreamKey, net: StreamKey, dimensions: &'static [usize]) -> Self {
        let net = Some(Net { key: net, dimensions });
        Self { key, net }
    }

    /// The dimensions of its first draws; none where it belongs to no net.
    #[must_use]
    pub fn dimensions(&self) -> &'static [usize] {
        self.net.map_or(&[], |net| net.dimensions)
    }

    /// Net and dimension of a draw, if it has one.
    pub(super) fn dimension(&self, index: u64) -> Option<(StreamKey, usize)> {
        let net = self.net?;
        let dimension = net.dimensions.get(usize::try_from(index).ok()?)?;
        Some((net.key, *dimension))
    }
}

/// A stream whose draws belong to no net.
impl From<StreamKey> for Stream {
    fn from(key: StreamKey) -> Self {
        Self { key, net: None }
    }
}
