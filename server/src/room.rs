//! Room for requests that are worked on: many small ones at a time, or a few large. The others wait with their bodies packed,
//! where they take next to nothing.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Places: as many phones as one commit gathers without anybody waiting. A usual request takes one, and a hundred kilobytes while it
/// is worked on.
const PLACES: u32 = 64;
/// Bytes of a body, as it came, for one place. Reading one may take some hundred times its size (`docs/protocol.md`, Limits).
const BYTES_PER_PLACE: usize = 16_384;

/// Places that are free.
pub struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(PLACES as usize))
    }
}

impl Room {
    /// Waits for room for a body of so many bytes. The largest wait until everybody else is through, and nobody overtakes them.
    /// `None` never comes: nobody closes the room.
    pub async fn enter(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        self.0.acquire_many(places(bytes)).await.ok()
    }
}

fn places(bytes: usize) -> u32 {
    let places = u32::try_from(bytes / BYTES_PER_PLACE).unwrap_or(PLACES);
    places.saturating_add(1).min(PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_takes_more_places_and_never_more_than_there_are() {
        for (bytes, taken) in [(0, 1), (1_000, 1), (20_000, 2), (1_048_576, PLACES)] {
            assert_eq!(places(bytes), taken, "{bytes}");
        }
        assert_eq!(places(usize::MAX), PLACES);
    }

    #[tokio::test]
    async fn the_largest_body_is_alone() {
        let room = Room::default();
        let small = room.enter(10).await;
        let mut large = std::pin::pin!(room.enter(1_048_576));
        let waits =
            std::future::poll_fn(|it| std::task::Poll::Ready(large.as_mut().poll(it).is_pending()));
        assert!(waits.await);
        drop(small);
        assert!(large.await.is_some());
    }
}
