//! What this machine is called on the office's network, and who is a neighbour there.

use std::net::IpAddr;

use if_addrs::{IfAddr, Interface};

/// The name of this machine, in small letters; nothing when it has none that can stand in a certificate.
pub(super) fn host_name() -> Option<String> {
    let of_files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let told = of_files.into_iter().find_map(|path| std::fs::read_to_string(path).ok());
    plain(&told.or_else(|| std::env::var("COMPUTERNAME").ok())?)
}

/// A name as a certificate may have it.
fn plain(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_lowercase();
    let is_label = |label: &str| {
        let signs = label.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-');
        signs && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_number = name.rsplit('.').next().is_none_or(|last| last.bytes().all(|sign| sign.is_ascii_digit()));
    (name != "localhost" && name.len() <= 200 && !is_number && name.split('.').all(is_label)).then_some(name)
}

/// Where other machines reach a listener that is bound to `bound`.
pub(super) fn reachable(bound: IpAddr) -> Vec<IpAddr> {
    let own = interfaces().into_iter().map(|interface| interface.ip());
    reachable_among(bound, own.collect())
}

fn reachable_among(bound: IpAddr, own: Vec<IpAddr>) -> Vec<IpAddr> {
    if !bound.is_unspecified() {
        return vec![bound];
    }
    // Browsers cannot write an address that is good on one cable only.
    let is_local = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    let mut found = own;
    found.retain(|ip| !ip.is_loopback() && !is_local(ip) && (bound.is_ipv6() || ip.is_ipv4()));
    found.sort();
    found.dedup();
    found
}

/// Whether a caller is of the office's network: a private address, or one of a network that this machine is part of.
/// A modem on this machine, or a router that passes the port on, must not open the desk to the internet.
pub(super) fn is_neighbour(peer: IpAddr) -> bool {
    is_private(peer) || interfaces().iter().any(|interface| is_in(&interface.addr, peer))
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local(),
    }
}

fn is_in(network: &IfAddr, peer: IpAddr) -> bool {
    match (network, peer) {
        (IfAddr::V4(own), IpAddr::V4(peer)) => {
            own.ip.to_bits() & own.netmask.to_bits() == peer.to_bits() & own.netmask.to_bits()
        }
        (IfAddr::V6(own), IpAddr::V6(peer)) => {
            own.ip.to_bits() & own.netmask.to_bits() == peer.to_bits() & own.netmask.to_bits()
        }
        _ => false,
    }
}

fn interfaces() -> Vec<Interface> {
    // Without them the page names no address, and callers with public ones stay out.
    if_addrs::get_if_addrs().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use if_addrs::Ifv4Addr;

    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_names_that_a_certificate_may_have_are_taken() {
        assert_eq!(plain("PC-DESA\n").as_deref(), Some("pc-desa"));
        assert_eq!(plain("pc.desa.example").as_deref(), Some("pc.desa.example"));
        for bad in ["", "localhost", "pc desa", "pc_desa", "-pc", "192.168.1.5", "kantor désa", "a..b"] {
            assert_eq!(plain(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_are_those_that_another_pc_can_type() {
        let own = ["127.0.0.1", "192.168.1.5", "10.0.0.2", "169.254.3.4", "fe80::1", "fd00::2", "::1", "10.0.0.2"];
        let found = |bound: &str| reachable_among(bound.parse().unwrap(), ips(&own));
        assert_eq!(found("0.0.0.0"), ips(&["10.0.0.2", "192.168.1.5"]));
        assert_eq!(found("::"), ips(&["10.0.0.2", "192.168.1.5", "fd00::2"]));
        assert_eq!(found("192.168.1.9"), ips(&["192.168.1.9"]));
    }

    #[test]
    fn neighbours_have_private_addresses_or_are_of_an_own_network() {
        for near in ["192.168.1.20", "10.9.8.7", "172.16.0.1", "127.0.0.2", "169.254.3.4", "fd00::9", "fe80::2"] {
            assert!(is_private(near.parse().unwrap()), "{near}");
        }
        for far in ["8.8.8.8", "172.32.0.1", "100.64.0.1", "2001:db8::1"] {
            assert!(!is_private(far.parse().unwrap()), "{far}");
        }
        let own = Ifv4Addr {
            ip: "203.0.113.5".parse().unwrap(),
            netmask: "255.255.255.0".parse().unwrap(),
            prefixlen: 24,
            broadcast: None,
        };
        assert!(is_in(&IfAddr::V4(own.clone()), "203.0.113.77".parse().unwrap()));
        assert!(!is_in(&IfAddr::V4(own), "203.0.114.77".parse().unwrap()));
    }
}
