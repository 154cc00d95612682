//! By which listener a request came, and under which names this server is asked for there.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Which of the two listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// Plain HTTP, from this machine alone.
    Loopback,
    /// TLS, from other machines of the office.
    Lan,
}

/// The listener of a request, and whose request it is.
#[derive(Debug, Clone)]
pub(crate) struct Entrance {
    names: Arc<[String]>,
    peer: Option<IpAddr>,
}

/// A browser leaves this port out of `Host` and `Origin`.
const HTTPS_PORT: u16 = 443;

impl Entrance {
    /// The listener on loopback.
    pub(super) fn loopback(address: SocketAddr) -> Self {
        let port = address.port();
        let names =
            [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}"), address.to_string()];
        Self { names: Arc::new(names), peer: None }
    }

    /// The listener on the office's network, for a connection from `peer` to this machine's address `own`. `hosts` are
    /// the names that the certificate has beside that address.
    pub(super) fn lan(own: SocketAddr, peer: IpAddr, hosts: &[String]) -> Self {
        let address = match own.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        let hosts = hosts.iter().map(String::as_str).chain([address.as_str()]);
        let names = hosts.flat_map(|host| {
            let bare = (own.port() == HTTPS_PORT).then(|| host.to_owned());
            bare.into_iter().chain([format!("{host}:{}", own.port())])
        });
        Self { names: names.collect(), peer: Some(peer) }
    }

    /// Which listener it is.
    pub(crate) fn via(&self) -> Via {
        if self.peer.is_some() { Via::Lan } else { Via::Loopback }
    }

    /// The other machine; nothing for requests of this one.
    pub(crate) fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// From where, as the audit trail has it: the other machine's address, nothing for this one.
    pub(crate) fn place(&self) -> String {
        self.peer.map(|peer| peer.to_string()).unwrap_or_default()
    }

    /// Where a browser finds this server.
    pub(super) fn address(&self) -> String {
        // The names of a machine may be unknown to other PCs; its address, the last of them, is not.
        match (self.via(), self.names.first(), self.names.last()) {
            (Via::Loopback, Some(own), _) => format!("http://{own}"),
            (Via::Lan, _, Some(own)) => format!("https://{own}"),
            _ => String::new(),
        }
    }

    /// Whether a host with its port stands for this server. Any other name is DNS rebinding.
    pub(super) fn is_ours(&self, host: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(host))
    }

    /// Whether a page of this origin is one of ours.
    pub(super) fn is_own_origin(&self, origin: &str) -> bool {
        let scheme = match self.via() {
            Via::Loopback => "http://",
            Via::Lan => "https://",
        };
        origin.strip_prefix(scheme).is_some_and(|host| self.is_ours(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_the_port_are_ours() {
        let entrance = Entrance::loopback("127.0.0.1:7217".parse().unwrap());
        for host in ["127.0.0.1:7217", "localhost:7217", "LOCALHOST:7217", "[::1]:7217"] {
            assert!(entrance.is_ours(host), "{host}");
        }
        for host in ["evil.example:7217", "127.0.0.1:80", "127.0.0.1", "localhost.evil.example:7217", ""] {
            assert!(!entrance.is_ours(host), "{host}");
        }
        assert!(entrance.is_own_origin("http://localhost:7217"));
        assert!(!entrance.is_own_origin("https://localhost:7217") && !entrance.is_own_origin("null"));
        assert_eq!(entrance.address(), "http://127.0.0.1:7217");
    }

    #[test]
    fn over_the_network_only_the_address_that_was_called_and_the_machines_names_are_ours() {
        let hosts = ["pc-desa".to_owned(), "pc-desa.local".to_owned()];
        let peer = "192.168.1.20".parse().unwrap();
        let entrance = Entrance::lan("192.168.1.5:7218".parse().unwrap(), peer, &hosts);
        for host in ["192.168.1.5:7218", "pc-desa:7218", "PC-DESA.local:7218"] {
            assert!(entrance.is_ours(host), "{host}");
        }
        for host in ["192.168.1.6:7218", "192.168.1.5", "127.0.0.1:7218", "localhost:7218", "evil.example:7218"] {
            assert!(!entrance.is_ours(host), "{host}");
        }
        assert!(entrance.is_own_origin("https://192.168.1.5:7218"));
        assert!(!entrance.is_own_origin("http://192.168.1.5:7218"));
        assert_eq!((entrance.via(), entrance.place().as_str()), (Via::Lan, "192.168.1.20"));
        assert_eq!(entrance.address(), "https://192.168.1.5:7218");
    }

    #[test]
    fn the_port_of_https_may_be_left_out_and_no_other() {
        let peer = "fd00::9".parse().unwrap();
        let entrance = Entrance::lan("[fd00::2]:443".parse().unwrap(), peer, &[]);
        assert!(entrance.is_ours("[fd00::2]") && entrance.is_ours("[fd00::2]:443"));
        assert!(!Entrance::lan("[fd00::2]:7218".parse().unwrap(), peer, &[]).is_ours("[fd00::2]"));
    }
}
