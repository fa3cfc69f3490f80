#include <databased/config.hpp>
#include <databased/error.hpp>
#include <databased/url_options.hpp>

#include "option_text.hpp"
#include "url_grammar.hpp"

namespace databased {

namespace {

constexpr int largest_pool = 10'000;
constexpr int default_pool_size = 10;
// What stands for "never": longer than any connection lives.
constexpr std::chrono::milliseconds a_year = std::chrono::hours{24 * 365};

int checked(const char* key, int value, int least, int most) {
    if (value >= least && value <= most) return value;
    throw ConfigError(std::string{key} + " must be " + std::to_string(least) + " to " + std::to_string(most));
}

std::chrono::milliseconds checked(const char* key, std::chrono::milliseconds value) {
    if (value.count() >= 0) return value;
    throw ConfigError(std::string{key} + " must not be negative");
}

/// Throws ConfigError if `change`, given a URL, cannot make one with the value of `key` in it.
template <class Change>
void check_fits_url(const char* key, Change change) {
    try {
        change(Url::build("postgresql").with_username("user"));
    } catch (const UrlError& error) {
        throw ConfigError(std::string{key} + " cannot be used: " + error.what());
    }
}

bool is_off(std::string_view ssl) { return ssl == "disable" || detail::read_bool(ssl) == false; }

}  // namespace

struct Config::Settings {
    Url whole_url() const;
    std::optional<Url> whole_read_url() const;
    Options whole_options() const;
    Url url_of_parts() const;
    Url finished(Url whole) const;
    Url with_encryption(const Url& whole) const;

    std::optional<Url> url;
    std::optional<Url> read_url;
    std::optional<std::string> backend;
    std::optional<std::string> user;
    std::optional<std::string> password;
    std::optional<std::string> host;
    std::optional<std::string> read_host;
    std::optional<int> port;
    std::optional<std::string> name;
    std::optional<std::string> ssl;
    std::vector<Url::QueryItem> url_options;
    PasswordProvider password_provider;
    std::optional<int> pool_size;
    std::optional<int> max_overflow;
    Options options;
};

Config::Config() noexcept = default;
Config::Config(std::string_view url) { this->url(url); }
Config::Config(const Config& other) : settings_(other.settings_ ? new Settings(*other.settings_) : nullptr) {}
Config::Config(Config&& other) noexcept = default;
Config& Config::operator=(const Config& other) { return *this = Config{other}; }
Config& Config::operator=(Config&& other) noexcept = default;
Config::~Config() = default;

Config::Settings& Config::settings() {
    if (!settings_) settings_ = detail::Owner{new Settings};
    return *settings_;
}

const Config::Settings& Config::settings() const noexcept {
    static const Settings none;
    return settings_ ? *settings_ : none;
}

// The place of the database

Config& Config::url(std::string_view url) { return this->url(Url::parse(url)); }
Config& Config::url(Url url) {
    settings().url = std::move(url);
    return *this;
}

Config& Config::read_url(std::string_view url) { return read_url(Url::parse(url)); }
Config& Config::read_url(Url url) {
    settings().read_url = std::move(url);
    return *this;
}

Config& Config::backend(std::string_view dialect) {
    check_fits_url("backend", [&](const Url&) { return Url::build(dialect); });
    settings().backend = dialect;
    return *this;
}

Config& Config::user(std::string_view user) {
    check_fits_url("user", [&](const Url& url) { return url.with_username(user); });
    settings().user = user;
    return *this;
}

Config& Config::password(std::string_view password) {
    check_fits_url("password", [&](const Url& url) { return url.with_password(password); });
    settings().password = password;
    return *this;
}

Config& Config::host(std::string_view host) {
    check_fits_url("host", [&](const Url& url) { return url.with_host(host); });
    settings().host = host;
    return *this;
}

Config& Config::read_host(std::string_view host) {
    check_fits_url("read_host", [&](const Url& url) { return url.with_host(host); });
    settings().read_host = host;
    return *this;
}

Config& Config::port(int port) {
    settings().port = checked("port", port, 1, 65'535);
    return *this;
}

Config& Config::name(std::string_view database) {
    check_fits_url("name", [&](const Url& url) { return url.with_database(database); });
    settings().name = database;
    return *this;
}

Config& Config::ssl(bool required) {
    settings().ssl = required ? "true" : "false";
    return *this;
}

Config& Config::ssl_mode(std::string_view mode) {
    check_fits_url("ssl_mode", [&](const Url& url) { return url.with_query("ssl", mode); });
    settings().ssl = mode;
    return *this;
}

Config& Config::option(std::string_view key, std::string_view value) {
    check_fits_url("an option", [&](const Url& url) { return url.with_query(key, value); });
    settings().url_options.push_back({std::string{key}, std::string{value}});
    return *this;
}

Config& Config::password_provider(PasswordProvider provider) {
    settings().password_provider = std::move(provider);
    return *this;
}

Task<std::string> Config::answer_of(detail::Callback<std::string()> call) { co_return call(); }

// Options

Config& Config::pool_size(int connections) {
    settings().pool_size = checked("pool_size", connections, 1, largest_pool);
    return *this;
}

Config& Config::max_overflow(int connections) {
    settings().max_overflow = checked("max_overflow", connections, 0, largest_pool);
    return *this;
}

Config& Config::min_size(int connections) {
    settings().options.pool.min_size = checked("min_size", connections, 0, largest_pool);
    return *this;
}

Config& Config::pool_recycle(std::chrono::milliseconds lifetime) {
    settings().options.pool.max_lifetime = checked("pool_recycle", lifetime);
    return *this;
}

Config& Config::acquire_timeout(std::chrono::milliseconds timeout) {
    settings().options.pool.acquire_timeout = checked("acquire_timeout", timeout);
    return *this;
}

Config& Config::pool_pre_ping(bool always) {
    settings().options.pool.ping_after = always ? std::chrono::milliseconds{0} : a_year;
    return *this;
}

Config& Config::force_rollback(bool force) {
    settings().options.force_rollback = force;
    return *this;
}

Config& Config::force_rollback_hooks(bool call) {
    settings().options.force_rollback_hooks = call;
    return *this;
}

Config& Config::disconnect_timeout(std::chrono::milliseconds timeout) {
    settings().options.disconnect_timeout = checked("disconnect_timeout", timeout);
    return *this;
}

Config& Config::statement_timeout(std::chrono::milliseconds timeout) {
    settings().options.statement_timeout = checked("statement_timeout", timeout);
    return *this;
}

Config& Config::parameters_in_errors(bool show) {
    settings().options.parameters_in_errors = show;
    return *this;
}

// What comes out of it

Url Config::Settings::whole_url() const { return finished(url ? *url : url_of_parts()); }

std::optional<Url> Config::Settings::whole_read_url() const {
    if (read_url) return finished(*read_url);
    if (!read_host) return std::nullopt;
    const Url main = whole_url();
    if (detail::url_grammar::are_files(main.dialect()))
        throw ConfigError(main.dialect() + " databases are files: use read_url instead of read_host");
    return main.with_host(*read_host);
}

Options Config::Settings::whole_options() const {
    if (!pool_size && !max_overflow) return options;
    Options whole = options;
    const auto of_url = url ? integer_option(*url, "max_size", 1, largest_pool) : std::nullopt;
    const int size = pool_size.value_or(static_cast<int>(of_url.value_or(default_pool_size)));
    whole.pool.max_size =
        checked("pool_size and max_overflow together", size + max_overflow.value_or(0), 1, largest_pool);
    return whole;
}

Url Config::Settings::url_of_parts() const {
    const Url begin = Url::build(backend.value_or("postgresql"));
    if (!name) throw ConfigError("name is not set: set the name of the database and what belongs to it, or the url");
    if (detail::url_grammar::are_files(begin.dialect())) {
        if (user || password || host || port)
            throw ConfigError(begin.dialect() + " databases are files: user, password, host and port must not be set");
        return begin.with_database(name);
    }
    if (password && !user) throw ConfigError("password is set, but user is not");
    if (read_host && !host) throw ConfigError("read_host is set, but host is not");
    return begin.with_username(user).with_password(password).with_host(host).with_port(port).with_database(name);
}

/// With what is not part of the place: the same for the replica.
Url Config::Settings::finished(Url whole) const {
    if (password && whole.username() && !whole.password()) whole = whole.with_password(*password);
    if (password_provider && whole.password())
        throw ConfigError("there is a password and a password_provider: set one of them");
    for (const auto& [key, value] : url_options) whole = whole.with_query(key, value);
    return ssl ? with_encryption(whole) : whole;
}

Url Config::Settings::with_encryption(const Url& whole) const {
    if (detail::url_grammar::are_files(whole.dialect())) {
        if (is_off(*ssl)) return whole;
        throw ConfigError("ssl is set, but " + whole.dialect() + " databases are files: there is nothing to encrypt");
    }
    if (whole.query("ssl") || whole.query("sslmode"))
        throw ConfigError("ssl is set, and the url says something about it as well: write one of them");
    return whole.with_query("ssl", *ssl);
}

Url Config::url() const { return settings().whole_url(); }
std::optional<Url> Config::read_url() const { return settings().whole_read_url(); }
Options Config::options() const { return settings().whole_options(); }
const PasswordProvider& Config::password_provider() const noexcept { return settings().password_provider; }

}  // namespace databased
