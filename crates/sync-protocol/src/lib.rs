//! Messages and their codec: compact change batches, framing, limits, versions, signatures. Bytes in, values out.
pub mod batch;
