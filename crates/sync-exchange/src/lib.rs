//! Sans-IO: what a node says next, how the hub judges it, repair, backoff, when to call.
