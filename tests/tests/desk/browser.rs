//! A headless Chromium, driven over the `WebDriver` protocol.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use data_encoding::BASE64;
use fantoccini::elements::Element;
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
    _profile: TempDir,
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
        // A port that was free a moment ago may be taken by another test's driver.
        let (driver, port) = (0..5).find_map(|_| start_driver()).expect("chromedriver tells its port");
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
        Self { client, driver, _profile: profile }
    }

    pub(crate) async fn go(&self, url: &str) {
        self.client.goto(url).await.unwrap();
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
        self.find(css).await.click().await.unwrap();
    }

    /// Types into a field, after what stands there.
    pub(crate) async fn type_in(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.unwrap();
    }

    /// Types into what has the focus.
    pub(crate) async fn keys(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
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
        self.find(css).await.prop("value").await.unwrap().unwrap_or_default()
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// A screen of that size, such as a phone's: smaller than a window can be.
    pub(crate) async fn screen(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
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
        self.run(script).await == json!(true)
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

/// A driver and its port; nothing when it ended before it told one.
fn start_driver() -> Option<(Child, u16)> {
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
    if let Some(port) = port {
        return Some((driver, port));
    }
    // It ended by itself, or is of no use.
    let _ = driver.kill();
    let _ = driver.wait();
    None
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver takes its browser along; one that ended by itself is gone as well.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
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
