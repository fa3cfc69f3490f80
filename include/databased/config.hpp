// Config: what a program's configuration says of a database, from code, the environment or JSON.
#pragma once

#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/owner.hpp>
#include <databased/options.hpp>
#include <databased/task.hpp>
#include <databased/url.hpp>
#include <databased/value.hpp>

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

/// Asked for the password of each physical connection just before it is opened: for passwords that expire.
using PasswordProvider = detail::Callback<Task<std::string>()>;

/// Settings of a Database, in any order. Setters throw ConfigError for a value that cannot be used, url() and
/// read_url() UrlError; no message shows a value.
///
///     Database database{Config::from_env("APP_DB_").pool_size(20)};
///
/// The place of the database is either `url`, or its parts: backend, user, password, host, port, name. Where there is a
/// url the parts are not looked at, but that `password` is used if the url has a user and no password. All other
/// settings come before the options of the url.
class DATABASED_API Config {
  public:
    Config() noexcept;
    explicit Config(std::string_view url);
    Config(const Config& other);
    Config(Config&& other) noexcept;
    Config& operator=(const Config& other);
    Config& operator=(Config&& other) noexcept;
    ~Config();

    /// Reads the variables that are named like the setters: APP_DB_URL, APP_DB_POOL_SIZE … for the prefix "APP_DB_".
    /// Durations are written as in URLs (5s, 250ms; plain numbers are seconds), booleans as true or false. A variable
    /// that is empty counts as not set. Throws ConfigError for a value that cannot be used, and if the place of the
    /// database is not complete.
    static Config from_env(std::string_view prefix);
    /// Reads an object whose keys are named like the setters; "options" is an object of what option() takes. Null
    /// counts as not set. Throws ConfigError for a key that nobody knows, and for a value that cannot be used.
    static Config from_json(const Json& json);

    Config& url(std::string_view url);
    Config& url(Url url);
    /// The replica's, for sessions and single statements that only read.
    Config& read_url(std::string_view url);
    Config& read_url(Url url);

    Config& backend(std::string_view dialect);  ///< Default: postgresql.
    Config& user(std::string_view user);
    Config& password(std::string_view password);
    Config& host(std::string_view host);
    /// The replica's, where nothing but the host is different. read_url() comes before it.
    Config& read_host(std::string_view host);
    Config& port(int port);                   ///< 1 to 65535.
    Config& name(std::string_view database);  ///< Of SQLite, the path of the file.
    /// Whether connections are encrypted, without asking for the server's certificate.
    Config& ssl(bool required);
    /// As libpq's sslmode has it: disable, allow, prefer, require, verify-ca, verify-full.
    Config& ssl_mode(std::string_view mode);
    /// Any option of the URL.
    Config& option(std::string_view key, std::string_view value);

    Config& password_provider(PasswordProvider provider);
    /// The same for a plain function.
    template <std::invocable F>
        requires std::convertible_to<std::invoke_result_t<F&>, std::string>
    Config& password_provider(F provider) {
        return password_provider(PasswordProvider{
            [call = detail::Callback<std::string()>{std::move(provider)}] { return answer_of(call); }});
    }

    /// Connections that are kept, 1 to 10000; default 10.
    Config& pool_size(int connections);
    /// Connections beyond pool_size, 0 to 10000; default 0. PoolOptions::max_size is the sum of both.
    Config& max_overflow(int connections);
    Config& min_size(int connections);                           ///< PoolOptions::min_size.
    Config& pool_recycle(std::chrono::milliseconds lifetime);    ///< PoolOptions::max_lifetime.
    Config& acquire_timeout(std::chrono::milliseconds timeout);  ///< PoolOptions::acquire_timeout.
    /// Whether a connection is asked if it lives each time before it is used, or never. Default: if it was idle for a
    /// second.
    Config& pool_pre_ping(bool always);

    Config& force_rollback(bool force);                             ///< Options::force_rollback.
    Config& force_rollback_hooks(bool call);                        ///< Options::force_rollback_hooks.
    Config& disconnect_timeout(std::chrono::milliseconds timeout);  ///< Options::disconnect_timeout.
    Config& statement_timeout(std::chrono::milliseconds timeout);   ///< Options::statement_timeout.
    Config& parameters_in_errors(bool show);                        ///< Options::parameters_in_errors.

    /// The whole URL. Throws ConfigError if the place of the database is not complete.
    Url url() const;
    /// The replica's URL; nothing if reads go to the same place as writes.
    std::optional<Url> read_url() const;
    Options options() const;
    /// Empty unless one was set.
    const PasswordProvider& password_provider() const noexcept;

  private:
    static Task<std::string> answer_of(detail::Callback<std::string()> call);
    struct Settings;
    Settings& settings();
    const Settings& settings() const noexcept;

    detail::Owner<Settings> settings_;  // made when the first is set
};

}  // namespace databased
