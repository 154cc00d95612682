//! A headless Chromium, driven over the `WebDriver` protocol.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use data_encoding::BASE64;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use whole_system::root;

/// Nothing on these pages takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// One window. Ends with its value.
pub(crate) struct Browser {
    client: Client,
    driver: Child,
    port: u16,
    profile: TempDir,
}

/// A driver that listens, and its port. It takes a free port for IPv4 and wants the same one for IPv6: where somebody else has
/// that, it gives up, and the next one tries another.
fn driver() -> (Child, u16) {
    const TRIES: usize = 10;
    for _ in 0..TRIES {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is needed (Debian: apt-get install chromium chromium-driver)");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.split("started successfully on port ").nth(1)?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        match port {
            Some(port) => return (driver, port),
            None => drop(driver.wait()),
        }
    }
    panic!("chromedriver found no port in {TRIES} tries");
}

/// Does something with an element, once more where the page was renewed between looking and doing, or shows it only then: as
/// people would.
async fn patiently<T>(act: impl AsyncFn() -> Result<T, CmdError>) -> T {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        match act().await {
            Err(error)
                if tokio::time::Instant::now() < until
                    && (error.is_stale_element_reference() || error.is_element_not_interactable()) =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            done => return done.unwrap(),
        }
    }
}

impl Browser {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// A window that takes certificates of this key as if its PC trusted them, and no others. `key` is the SHA-256 of a
    /// `SubjectPublicKeyInfo`.
    pub(crate) async fn open_trusting(key: &[u8]) -> Self {
        let key = BASE64.encode(key);
        Self::open_with(&[format!("--ignore-certificate-errors-spki-list={key}")]).await
    }

    /// A window with more arguments of Chromium's.
    pub(crate) async fn open_with(more: &[String]) -> Self {
        let (driver, port) = driver();
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1024,600",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let arguments: Vec<&str> = arguments.into_iter().chain(more.iter().map(String::as_str)).collect();
        let mut capabilities = serde_json::Map::new();
        // A warning about a certificate is one that people would see.
        capabilities.insert("acceptInsecureCerts".to_owned(), json!(false));
        capabilities.insert("goog:chromeOptions".to_owned(), json!({"args": arguments}));
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Self { client, driver, port, profile }
    }

    pub(crate) async fn go(&self, url: &str) {
        self.client.goto(url).await.unwrap();
        // The driver may say so before the page's script is there.
        self.until("document.readyState === 'complete'").await;
    }

    /// Goes somewhere where the browser may warn instead; what is on the screen then.
    pub(crate) async fn look_at(&self, url: &str) -> String {
        // The driver may tell the warning as an error.
        let _ = self.client.goto(url).await;
        self.text().await
    }

    /// Where it is: path and query.
    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    }

    /// The element, once it is there.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{css}: {error}; the page says:\n{}", self.text().await),
        }
    }

    /// How many there are now.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.unwrap().len()
    }

    pub(crate) async fn click(&self, css: &str) {
        patiently(async || self.find(css).await.click().await).await;
    }

    /// Chooses in a list, once more where the page was renewed between looking and choosing, as people would.
    #[allow(dead_code, reason = "not every desk renews its lists")]
    pub(crate) async fn choose(&self, css: &str, value: &str) {
        patiently(async || self.find(css).await.select_by_value(value).await).await;
    }

    /// Types into a field, after what stands there.
    pub(crate) async fn type_in(&self, css: &str, text: &str) {
        patiently(async || self.find(css).await.send_keys(text).await).await;
    }

    /// Types into what has the focus.
    pub(crate) async fn keys(&self, text: &str) {
        patiently(async || self.client.active_element().await?.send_keys(text).await).await;
    }

    /// Ctrl and Enter, in what has the focus.
    pub(crate) async fn save_key(&self) {
        let control: char = Key::Control.into();
        let enter: char = Key::Enter.into();
        self.keys(&format!("{control}{enter}")).await;
    }

    /// What people read on the page.
    pub(crate) async fn text(&self) -> String {
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    /// Waits until the page says something.
    pub(crate) async fn says(&self, text: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(text))).await;
    }

    /// Waits until a script says yes.
    pub(crate) async fn until(&self, script: &str) {
        let waits = tokio::time::timeout(PATIENCE, async {
            while self.run(&format!("return Boolean({script})")).await != json!(true) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let came = waits.await.is_ok();
        assert!(came, "never: {script}; the page says:\n{}", self.text().await);
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// The value of a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        patiently(async || self.find(css).await.prop("value").await).await.unwrap_or_default()
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// A screen of that size, smaller than a window can be. That of a telephone has no scroll bars, and shows a page as wide as
    /// its widest part.
    pub(crate) async fn screen(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics});
        self.client.issue_cmd(ChromeCommand(command)).await.unwrap();
    }

    /// Dark or light.
    pub(crate) async fn colours(&self, scheme: &str) {
        let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        let command = json!({"cmd": "Emulation.setEmulatedMedia", "params": scheme});
        let command = ChromeCommand(command);
        self.client.issue_cmd(command).await.unwrap();
    }

    /// As the page would be printed, on a sheet of A4 with a browser's margins.
    pub(crate) async fn on_paper(&self) {
        self.screen(718, 1000).await;
        let command = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"media": "print"}});
        self.client.issue_cmd(ChromeCommand(command)).await.unwrap();
    }

    /// What axe finds against WCAG 2.2 A and AA: rule and element.
    pub(crate) async fn violations(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(root().join("tests/axe/axe.min.js")).unwrap();
        self.client.execute(&axe, Vec::new()).await.unwrap();
        let script = "const done = arguments[0];
            axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((found) =>
              done(found.violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ': ' + node.html))))";
        let found = self.client.execute_async(script, Vec::new()).await.unwrap();
        serde_json::from_value(found).unwrap()
    }

    /// Whether anything of the page is wider than the window.
    pub(crate) async fn overflows(&self) -> bool {
        let script = "return document.documentElement.scrollWidth > document.documentElement.clientWidth + 1";
        // A page may be as wide as it was for a moment after its screen changed.
        for _ in 0..50 {
            if self.run(script).await != json!(true) {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        true
    }

    /// What the page's scripts and its policy complained about.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(BrowserLog).await.unwrap();
        let entries = log.as_array().cloned().unwrap_or_default();
        let bad = entries.into_iter().filter(|entry| entry["level"] == json!("SEVERE"));
        bad.map(|entry| entry["message"].to_string()).collect()
    }

    /// A picture of the whole page.
    pub(crate) async fn picture(&self, file: &Path) {
        let height = self.run("return Math.min(document.documentElement.scrollHeight, 2400)").await;
        let height = u32::try_from(height.as_u64().unwrap_or(600)).unwrap_or(600).max(600);
        self.resize(1024, height + 140).await;
        std::fs::write(file, self.client.screenshot().await.unwrap()).unwrap();
        self.resize(1024, 600).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Killed, the driver would leave its browser running.
        if shut_down(self.port).is_err() {
            let _ = self.driver.kill();
        }
        let _ = self.driver.wait();
    }
}

/// Has a driver close its browsers and end.
fn shut_down(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err(std::io::ErrorKind::InvalidData.into()) }
}

#[tokio::test]
async fn a_browser_ends_with_its_window() {
    let browser = Browser::open().await;
    let profile = browser.profile.path().to_str().unwrap().to_owned();
    let processes = || {
        let lines = std::fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
        lines.filter(|line| String::from_utf8_lossy(line).contains(&profile)).count()
    };
    assert!(processes() > 0);
    drop(browser);
    let begun = std::time::Instant::now();
    while processes() > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} processes are left", processes());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A command of Chromium's own.
#[derive(Debug)]
struct ChromeCommand(Value);

impl fantoccini::wd::WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

/// What the console says.
#[derive(Debug)]
struct BrowserLog;

impl fantoccini::wd::WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}
