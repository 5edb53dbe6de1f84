//! Tags as the API offers them. A tag must exist before it is put on something, and deleting one takes it off
//! everything.

use super::World;
use crate::simulator::ApiError;

/// Letters, digits, `_`, `-` and `:`, at most 255.
pub fn is_legal(tag: &str) -> bool {
    (1..=255).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-:".contains(&b))
}

impl World {
    /// All tags, each with how many droplets carry it.
    #[must_use]
    pub fn tags(&self) -> Vec<(&str, usize)> {
        self.tags.iter().map(|tag| (tag.as_str(), self.carriers(tag))).collect()
    }

    /// How many droplets carry a tag, if it exists.
    pub fn tag(&self, tag: &str) -> Result<usize, ApiError> {
        if self.tags.contains(tag) { Ok(self.carriers(tag)) } else { Err(ApiError::not_found()) }
    }

    fn carriers(&self, tag: &str) -> usize {
        self.droplets.values().filter(|droplet| droplet.tags.contains(tag)).count()
    }

    /// Makes a tag; one that exists stays.
    pub fn create_tag(&mut self, tag: &str) -> Result<(), ApiError> {
        if !is_legal(tag) {
            return Err(ApiError::new(
                400,
                format!("Error validating resource tag: {tag} contains invalid characters"),
            ));
        }
        self.tags.insert(tag.to_owned());
        Ok(())
    }

    /// Deletes a tag, from everything.
    pub fn delete_tag(&mut self, tag: &str) -> Result<(), ApiError> {
        if !self.tags.remove(tag) {
            return Err(ApiError::not_found());
        }
        let now = self.now_ms;
        for droplet in self.droplets.values_mut().filter(|droplet| droplet.tags.contains(tag)) {
            droplet.retag(now, |tags| {
                tags.remove(tag);
            });
        }
        self.refresh_members();
        Ok(())
    }

    /// Puts a tag on a droplet.
    pub fn tag_droplet(&mut self, tag: &str, id: u64) -> Result<(), ApiError> {
        if !self.tags.contains(tag) {
            return Err(ApiError::not_found());
        }
        let now = self.now_ms;
        let droplet = self.droplets.get_mut(&id).ok_or_else(ApiError::not_found)?;
        if !droplet.tags.contains(tag) {
            droplet.retag(now, |tags| {
                tags.insert(tag.to_owned());
            });
        }
        self.refresh_members();
        Ok(())
    }

    /// Takes a tag off a droplet.
    pub fn untag_droplet(&mut self, tag: &str, id: u64) -> Result<(), ApiError> {
        if !self.tags.contains(tag) {
            return Err(ApiError::not_found());
        }
        let now = self.now_ms;
        let droplet = self.droplets.get_mut(&id).ok_or_else(ApiError::not_found)?;
        if droplet.tags.contains(tag) {
            droplet.retag(now, |tags| {
                tags.remove(tag);
            });
        }
        self.refresh_members();
        Ok(())
    }
}
