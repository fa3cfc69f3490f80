// DatabaseRegistry: the databases of a program, by name.
#pragma once

#include <databased/config.hpp>
#include <databased/database.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/owner.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace databased {

namespace detail {
class RegistryState;
struct OverrideState;
}  // namespace detail

/// As long as it exists, another Database has the name. Ending it closes that one at once, and the name means again
/// what it meant before.
class [[nodiscard("the other Database is gone as soon as this object is")]] DatabaseOverride {
  public:
    DATABASED_API DatabaseOverride(DatabaseOverride&& other) noexcept;
    DATABASED_API DatabaseOverride& operator=(DatabaseOverride&& other) noexcept;
    DATABASED_API ~DatabaseOverride();

  private:
    friend class DatabaseRegistry;
    explicit DatabaseOverride(detail::Owner<detail::OverrideState> state) noexcept;

    detail::Owner<detail::OverrideState> state_;
};

/// The one place that holds a program's databases. Its functions may be called from any thread; what get() gives
/// belongs to one loop, like any Database. Destroying it closes at once what is open, the last made first.
///
///     DatabaseRegistry databases;
///     databases.add("app", Config::from_env("APP_DB_"));
///     co_await databases.get("app").execute("DELETE FROM visits");
///     co_await databases.disconnect_all();
class DATABASED_API DatabaseRegistry {
  public:
    DatabaseRegistry();
    ~DatabaseRegistry();
    DatabaseRegistry(const DatabaseRegistry&) = delete;
    DatabaseRegistry& operator=(const DatabaseRegistry&) = delete;

    /// Throws ConfigError if the name is taken, and for a configuration that does not say where the database is.
    void add(std::string_view name, Config config);
    /// Makes the Database when it is first asked for, and gives the same one from then on; the registry keeps it.
    /// Throws ConfigError for a name that was not added, and what the constructor of Database throws.
    Database& get(std::string_view name);
    /// For tests: from now on the name means another Database, made when it is first asked for. What get() gave before
    /// stays as it is. Throws ConfigError for a name that was not added.
    DatabaseOverride override_with(std::string_view name, Config config);
    /// Disconnects what is connected, the last made first. Of several failures the first is thrown, after all were
    /// tried.
    Task<> disconnect_all();

  private:
    detail::Owner<std::shared_ptr<detail::RegistryState>> state_;  // overrides know it
};

}  // namespace databased
