#include "keywords.hpp"

#include <algorithm>
#include <new>

namespace databased::postgresql {

namespace {

struct FreeConninfo {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Conninfo = std::unique_ptr<PQconninfoOption, FreeConninfo>;

const PQconninfoOption* begin(const Conninfo& options) noexcept { return options.get(); }
bool is_end(const PQconninfoOption* option) noexcept { return option == nullptr || option->keyword == nullptr; }

/// libpq looks for a password in ~/.pgpass, and for a user in the system's directory, only where there is none.
Keywords with_credentials(Keywords keywords) {
    if (!keywords.has("password")) keywords.set("password", "-");
    if (!keywords.has("user")) keywords.set("user", "-");
    return keywords;
}

/// libpq reads the port when it has accepted all that can be judged beforehand, and before it connects.
std::string reason_against(Keywords keywords) {
    keywords.set("port", "none");
    return PQerrorMessage(with_credentials(std::move(keywords)).connect().get());
}

}  // namespace

std::string_view Keywords::value(std::string_view name) const noexcept {
    const auto item = std::find_if(items_.begin(), items_.end(), [&](const auto& each) { return each.first == name; });
    return item == items_.end() ? std::string_view{} : item->second;
}

void Keywords::set(std::string_view name, std::string_view value) {
    std::erase_if(items_, [&](const auto& each) { return each.first == name; });
    if (!value.empty()) items_.emplace_back(name, value);
}

ConnectionHandle Keywords::connect() const {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : items_) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    constexpr int database_is_a_name = 0;  // not a connection string, whatever is in it
    ConnectionHandle connection{PQconnectStartParams(names.data(), values.data(), database_is_a_name)};
    if (connection == nullptr) throw std::bad_alloc();
    return connection;
}

const std::vector<std::string>& keyword_names() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> names;
        const Conninfo defaults{PQconndefaults()};
        for (const auto* option = begin(defaults); !is_end(option); ++option) names.emplace_back(option->keyword);
        return names;
    }();
    return all;
}

Keywords completed(const Keywords& keywords) {
    Keywords refused = with_credentials(keywords);
    // Refused once libpq has put everything together, and before it does anything with it.
    refused.set("channel_binding", "none");
    const ConnectionHandle connection = refused.connect();
    const Conninfo used{PQconninfo(connection.get())};
    Keywords all;
    for (const auto* option = begin(used); !is_end(option); ++option) {
        if (option->val != nullptr) all.set(option->keyword, option->val);
    }
    for (const auto* made_up : {"user", "password", "channel_binding"}) all.remove(made_up);
    return all;
}

std::string refusal_of(const Keywords& keywords) {
    Keywords judged = keywords;
    // They would be compared with the number of ports.
    for (const auto* servers : {"host", "hostaddr", "service"}) judged.remove(servers);
    std::string reason = reason_against(std::move(judged));
    return reason == reason_against(Keywords{}) ? std::string{} : reason;
}

}  // namespace databased::postgresql
