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

// The place of the database

Config& Config::url(std::string_view url) { return this->url(Url::parse(url)); }
Config& Config::url(Url url) {
    url_ = std::move(url);
    return *this;
}

Config& Config::read_url(std::string_view url) { return read_url(Url::parse(url)); }
Config& Config::read_url(Url url) {
    read_url_ = std::move(url);
    return *this;
}

Config& Config::backend(std::string_view dialect) {
    check_fits_url("backend", [&](const Url&) { return Url::build(dialect); });
    backend_ = dialect;
    return *this;
}

Config& Config::user(std::string_view user) {
    check_fits_url("user", [&](const Url& url) { return url.with_username(user); });
    user_ = user;
    return *this;
}

Config& Config::password(std::string_view password) {
    check_fits_url("password", [&](const Url& url) { return url.with_password(password); });
    password_ = password;
    return *this;
}

Config& Config::host(std::string_view host) {
    check_fits_url("host", [&](const Url& url) { return url.with_host(host); });
    host_ = host;
    return *this;
}

Config& Config::read_host(std::string_view host) {
    check_fits_url("read_host", [&](const Url& url) { return url.with_host(host); });
    read_host_ = host;
    return *this;
}

Config& Config::port(int port) {
    port_ = checked("port", port, 1, 65'535);
    return *this;
}

Config& Config::name(std::string_view database) {
    check_fits_url("name", [&](const Url& url) { return url.with_database(database); });
    name_ = database;
    return *this;
}

Config& Config::ssl(bool required) {
    ssl_ = required ? "true" : "false";
    return *this;
}

Config& Config::ssl_mode(std::string_view mode) {
    check_fits_url("ssl_mode", [&](const Url& url) { return url.with_query("ssl", mode); });
    ssl_ = mode;
    return *this;
}

Config& Config::option(std::string_view key, std::string_view value) {
    check_fits_url("an option", [&](const Url& url) { return url.with_query(key, value); });
    url_options_.push_back({std::string{key}, std::string{value}});
    return *this;
}

Config& Config::password_provider(PasswordProvider provider) {
    password_provider_ = std::move(provider);
    return *this;
}

Task<std::string> Config::answer_of(detail::Callback<std::string()> call) { co_return call(); }

// Options

Config& Config::pool_size(int connections) {
    pool_size_ = checked("pool_size", connections, 1, largest_pool);
    return *this;
}

Config& Config::max_overflow(int connections) {
    max_overflow_ = checked("max_overflow", connections, 0, largest_pool);
    return *this;
}

Config& Config::min_size(int connections) {
    options_.pool.min_size = checked("min_size", connections, 0, largest_pool);
    return *this;
}

Config& Config::pool_recycle(std::chrono::milliseconds lifetime) {
    options_.pool.max_lifetime = checked("pool_recycle", lifetime);
    return *this;
}

Config& Config::acquire_timeout(std::chrono::milliseconds timeout) {
    options_.pool.acquire_timeout = checked("acquire_timeout", timeout);
    return *this;
}

Config& Config::pool_pre_ping(bool always) {
    options_.pool.ping_after = always ? std::chrono::milliseconds{0} : a_year;
    return *this;
}

Config& Config::force_rollback(bool force) {
    options_.force_rollback = force;
    return *this;
}

Config& Config::force_rollback_hooks(bool call) {
    options_.force_rollback_hooks = call;
    return *this;
}

Config& Config::disconnect_timeout(std::chrono::milliseconds timeout) {
    options_.disconnect_timeout = checked("disconnect_timeout", timeout);
    return *this;
}

Config& Config::statement_timeout(std::chrono::milliseconds timeout) {
    options_.statement_timeout = checked("statement_timeout", timeout);
    return *this;
}

Config& Config::parameters_in_errors(bool show) {
    options_.parameters_in_errors = show;
    return *this;
}

// What comes out of it

Url Config::url() const { return finished(url_ ? *url_ : url_of_parts()); }

std::optional<Url> Config::read_url() const {
    if (read_url_) return finished(*read_url_);
    if (!read_host_) return std::nullopt;
    const Url url = this->url();
    if (detail::url_grammar::are_files(url.dialect()))
        throw ConfigError(url.dialect() + " databases are files: use read_url instead of read_host");
    return url.with_host(*read_host_);
}

Options Config::options() const {
    Options options = options_;
    if (!pool_size_ && !max_overflow_) return options;
    const auto of_url = url_ ? integer_option(*url_, "max_size", 1, largest_pool) : std::nullopt;
    const int size = pool_size_.value_or(static_cast<int>(of_url.value_or(default_pool_size)));
    options.pool.max_size =
        checked("pool_size and max_overflow together", size + max_overflow_.value_or(0), 1, largest_pool);
    return options;
}

Url Config::url_of_parts() const {
    const Url url = Url::build(backend_.value_or("postgresql"));
    if (!name_) throw ConfigError("name is not set: set the name of the database and what belongs to it, or the url");
    if (detail::url_grammar::are_files(url.dialect())) {
        if (user_ || password_ || host_ || port_)
            throw ConfigError(url.dialect() + " databases are files: user, password, host and port must not be set");
        return url.with_database(name_);
    }
    if (password_ && !user_) throw ConfigError("password is set, but user is not");
    if (read_host_ && !host_) throw ConfigError("read_host is set, but host is not");
    return url.with_username(user_).with_password(password_).with_host(host_).with_port(port_).with_database(name_);
}

/// With what is not part of the place: the same for the replica.
Url Config::finished(Url url) const {
    if (password_ && url.username() && !url.password()) url = url.with_password(*password_);
    if (password_provider_ && url.password())
        throw ConfigError("there is a password and a password_provider: set one of them");
    for (const auto& [key, value] : url_options_) url = url.with_query(key, value);
    return ssl_ ? with_encryption(url) : url;
}

Url Config::with_encryption(const Url& url) const {
    if (detail::url_grammar::are_files(url.dialect())) {
        if (is_off(*ssl_)) return url;
        throw ConfigError("ssl is set, but " + url.dialect() + " databases are files: there is nothing to encrypt");
    }
    if (url.query("ssl") || url.query("sslmode"))
        throw ConfigError("ssl is set, and the url says something about it as well: write one of them");
    return url.with_query("ssl", *ssl_);
}

}  // namespace databased
