#include <databased/error.hpp>
#include <databased/registry.hpp>

#include "nearest_name.hpp"
#include "option_text.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace databased {

namespace detail {

struct RegisteredDatabase {
    explicit RegisteredDatabase(Config settings) : config(std::move(settings)) {}
    Config config;
    std::optional<Database> database;
};

class RegistryState {
  public:
    using Entry = std::shared_ptr<RegisteredDatabase>;

    ~RegistryState() {
        entries_.clear();
        while (!made_.empty()) made_.pop_back();  // the last made first
    }

    void add(std::string_view name, Config config);
    Entry add_override(std::string_view name, Config config);
    void remove(const Entry& entry) noexcept;
    Database& get(std::string_view name);
    std::vector<Entry> made() const;

  private:
    std::vector<Entry>& find(std::string_view name);

    mutable std::mutex mutex_;
    std::map<std::string, std::vector<Entry>, std::less<>>
        entries_;              // of one name: what it means, and before that meant
    std::vector<Entry> made_;  // those whose Database was made, in that order
};

/// What a DatabaseOverride ends.
struct OverrideState {
    OverrideState(std::weak_ptr<RegistryState> its_registry, RegistryState::Entry its_entry) noexcept
        : registry(std::move(its_registry)), entry(std::move(its_entry)) {}
    ~OverrideState() {
        const auto state = registry.lock();
        if (state != nullptr && entry != nullptr) state->remove(entry);
    }
    OverrideState(const OverrideState&) = delete;
    OverrideState& operator=(const OverrideState&) = delete;

    std::weak_ptr<RegistryState> registry;
    RegistryState::Entry entry;
};

void RegistryState::add(std::string_view name, Config config) {
    config.url();
    const std::lock_guard lock{mutex_};
    auto& entries = entries_[std::string{name}];
    if (!entries.empty()) throw ConfigError("there is a database " + shown(name) + " already");
    entries.push_back(std::make_shared<RegisteredDatabase>(std::move(config)));
}

RegistryState::Entry RegistryState::add_override(std::string_view name, Config config) {
    config.url();
    const std::lock_guard lock{mutex_};
    return find(name).emplace_back(std::make_shared<RegisteredDatabase>(std::move(config)));
}

void RegistryState::remove(const Entry& entry) noexcept {
    const std::lock_guard lock{mutex_};
    std::erase(made_, entry);
    for (auto& [name, entries] : entries_) std::erase(entries, entry);
}

Database& RegistryState::get(std::string_view name) {
    const std::lock_guard lock{mutex_};
    const Entry entry = find(name).back();
    if (!entry->database) {
        made_.reserve(made_.size() + 1);
        entry->database.emplace(entry->config);
        made_.push_back(entry);
    }
    return *entry->database;
}

std::vector<RegistryState::Entry> RegistryState::made() const {
    const std::lock_guard lock{mutex_};
    return made_;
}

std::vector<RegistryState::Entry>& RegistryState::find(std::string_view name) {
    if (const auto found = entries_.find(name); found != entries_.end()) return found->second;
    std::vector<std::string_view> known;
    known.reserve(entries_.size());
    for (const auto& [each, entries] : entries_) known.push_back(each);
    const auto near = nearest_name(name, known);
    throw ConfigError("there is no database " + shown(name) + ": add() it before it is used" +
                      (near.empty() ? "" : "; did you mean '" + std::string{near} + "'?"));
}

namespace {

Task<> disconnect_in_reverse(std::vector<std::shared_ptr<RegisteredDatabase>> made) {
    std::exception_ptr failure;
    for (auto entry = made.rbegin(); entry != made.rend(); ++entry) {
        try {
            co_await (*entry)->database->close();
        } catch (...) {
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace
}  // namespace detail

DatabaseRegistry::DatabaseRegistry() : state_(new auto(std::make_shared<detail::RegistryState>())) {}
DatabaseRegistry::~DatabaseRegistry() = default;

void DatabaseRegistry::add(std::string_view name, Config config) { (*state_)->add(name, std::move(config)); }
Database& DatabaseRegistry::get(std::string_view name) { return (*state_)->get(name); }
Task<> DatabaseRegistry::disconnect_all() { return detail::disconnect_in_reverse((*state_)->made()); }

DatabaseOverride DatabaseRegistry::override_with(std::string_view name, Config config) {
    detail::Owner state{new detail::OverrideState{*state_, nullptr}};
    state->entry = (*state_)->add_override(name, std::move(config));
    return DatabaseOverride{std::move(state)};
}

DatabaseOverride::DatabaseOverride(detail::Owner<detail::OverrideState> state) noexcept : state_(std::move(state)) {}
DatabaseOverride::DatabaseOverride(DatabaseOverride&& other) noexcept = default;
DatabaseOverride::~DatabaseOverride() = default;

DatabaseOverride& DatabaseOverride::operator=(DatabaseOverride&& other) noexcept {
    DatabaseOverride taken{std::move(other)};
    std::swap(state_, taken.state_);  // what this was ends now
    return *this;
}

}  // namespace databased
