#include "backends.hpp"

#include <databased/backend/decorator.hpp>
#include <databased/error.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace databased {

namespace {

struct Registry {
    std::mutex mutex;
    std::map<std::string, BackendFactory, std::less<>> factories;
    std::map<std::string, std::string, std::less<>> left_out;  // and what to do about it
};

Registry& registry() {
    static Registry instance;
    return instance;
}

void add(std::string_view dialect, BackendFactory factory) {
    const std::lock_guard lock{registry().mutex};
    registry().factories.insert_or_assign(std::string{dialect}, std::move(factory));
}

void leave_out(std::string_view dialect, std::string_view what_to_do) {
    registry().left_out.emplace(dialect, what_to_do);
}

void need_builtin_backends() {
    static std::once_flag done;
    std::call_once(done, [] { detail::list_builtin_backends(add, leave_out); });
}

BackendFactory find(const std::string& dialect) {
    const std::lock_guard lock{registry().mutex};
    const auto& factories = registry().factories;
    if (const auto found = factories.find(dialect); found != factories.end()) return found->second;
    if (const auto absent = registry().left_out.find(dialect); absent != registry().left_out.end()) {
        throw UrlError(absent->second);
    }
    std::string known;
    for (const auto& [name, factory] : factories) known += (known.empty() ? "" : ", ") + name;
    throw UrlError("there is no backend for \"" + dialect + "\" URLs; there is: " + (known.empty() ? "none" : known));
}

}  // namespace

void register_backend(std::string_view dialect, BackendFactory factory) {
    need_builtin_backends();  // first, so that one of them can be replaced
    add(dialect, std::move(factory));
}

std::unique_ptr<DatabaseBackend> make_backend(const Url& url) { return backend::factory_of(url.dialect())(url); }

BackendFactory backend::factory_of(std::string_view dialect) {
    need_builtin_backends();
    return find(std::string{dialect});
}

}  // namespace databased
