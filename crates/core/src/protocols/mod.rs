//! SEVERAL FRAMES → FACTS: one folder for each protocol that is followed over its packets.

pub mod tcp;
