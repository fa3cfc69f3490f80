// Database URLs: dialect[+driver]://user:password@host:port/database?option=value
#pragma once

#include <databased/detail/export.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace databased {

/// A database URL, taken apart and decoded. A value: the with_ functions return changed copies.
///
/// Reading is strict. Letters, digits and - . _ ~ stand for themselves everywhere; whatever else a user name, password,
/// database or option contains is best percent-encoded. '#', control characters and an '@' that does not end the
/// credentials are refused unless encoded; '+' is a plus sign. Every function that takes text throws UrlError for text
/// that no URL can carry. The message says what to write instead and shows nothing of the URL.
class DATABASED_API Url {
  public:
    struct Host {
        /// A name, an address without brackets, or the folder of a socket; may be empty beside a port.
        std::string host;
        std::optional<std::uint16_t> port;

        friend bool operator==(const Host&, const Host&) = default;
    };

    struct QueryItem {
        std::string key;
        std::string value;

        friend bool operator==(const QueryItem&, const QueryItem&) = default;
    };

    Url(const Url& other);
    Url(Url&& other) noexcept;
    Url& operator=(const Url& other);
    Url& operator=(Url&& other) noexcept;
    ~Url();

    /// Throws UrlError. Any dialect is accepted here; for sqlite, nothing may stand between the second and third slash.
    static Url parse(std::string_view text);
    /// The URL "dialect://", to be filled by the with_ functions.
    static Url build(std::string_view dialect);

    /// In lower case; "postgres" is read as "postgresql".
    const std::string& dialect() const noexcept { return dialect_; }
    /// In lower case: "asyncpg" of postgresql+asyncpg.
    const std::optional<std::string>& driver() const noexcept { return driver_; }
    /// Never empty: an empty user name is none.
    const std::optional<std::string>& username() const noexcept { return username_; }
    /// May be empty, which is not the same as absent.
    const std::optional<std::string>& password() const noexcept { return password_; }
    /// The first host; if there is none, the option `host` (the folder of a socket, as libpq has it).
    std::optional<std::string> host() const;
    /// The port of the first host.
    std::optional<std::uint16_t> port() const;
    /// The hosts in front of the database, as in postgresql://first:1,second:2/database; the option `host` is not among
    /// them.
    const std::vector<Host>& hosts() const noexcept { return hosts_; }
    /// "name" of dialect://host/name; empty for dialect://host/ and absent for dialect://host.
    const std::optional<std::string>& database() const noexcept { return database_; }
    /// Whether this is sqlite://, sqlite:/// or sqlite:///:memory:, which are no files. Options are not looked at.
    bool is_memory_database() const;

    /// The value of an option; the last one if it is repeated.
    std::optional<std::string> query(std::string_view key) const;
    /// All values of an option, in their order.
    std::vector<std::string> query_all(std::string_view key) const;
    /// All options in their order.
    const std::vector<QueryItem>& query_items() const noexcept { return query_items_; }

    Url with_driver(std::optional<std::string_view> driver) const;
    /// Without a user name there is no password either: std::nullopt removes both.
    Url with_username(std::optional<std::string_view> username) const;
    Url with_password(std::optional<std::string_view> password) const;
    /// Puts one host, without brackets, in the place of all; the first port stays.
    Url with_host(std::optional<std::string_view> host) const;
    /// Sets the port, 1 to 65535, of every host.
    Url with_port(std::optional<int> port) const;
    Url with_database(std::optional<std::string_view> database) const;
    /// Sets an option, in the place of all its former values.
    Url with_query(std::string_view key, std::string_view value) const;
    /// Adds one more value of an option behind all others.
    Url with_appended_query(std::string_view key, std::string_view value) const;
    Url without_query(std::string_view key) const;

    /// For logs: the password and the values of options that sound like secrets are shown as ***.
    std::string to_string() const;
    /// The whole URL: parse() reads it back as an equal one.
    std::string to_string_with_password() const;

    /// The order of different options does not matter, that of the values of one option does.
    friend DATABASED_API bool operator==(const Url& left, const Url& right);
    /// Prints to_string().
    friend DATABASED_API std::ostream& operator<<(std::ostream& out, const Url& url);

  private:
    Url() noexcept;
    void refuse_server_for_sqlite() const;

    std::string dialect_;
    std::optional<std::string> driver_;
    std::optional<std::string> username_;
    std::optional<std::string> password_;
    std::vector<Host> hosts_;  // none is empty, except that a single one may consist of its port
    std::optional<std::string> database_;
    std::vector<QueryItem> query_items_;
};

}  // namespace databased
