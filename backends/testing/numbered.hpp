// How a URL names an object of a test: by its dialect and a number.
#pragma once

#include <databased/backend.hpp>
#include <databased/error.hpp>
#include <databased/url.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace databased::test {

template <class Object>
class Numbered {
  public:
    /// Of URLs of the dialect `key`, whose option `key` gives the number.
    Numbered(std::string_view key, BackendFactory factory) : key_(key) { register_backend(key, std::move(factory)); }

    std::string add(const std::shared_ptr<Object>& object) {
        const std::lock_guard lock{mutex_};
        std::erase_if(objects_, [](const auto& each) { return each.second.expired(); });
        const std::string number = std::to_string(++last_);
        objects_.emplace(number, object);
        return number;
    }
    /// Throws UrlError.
    std::shared_ptr<Object> find(const Url& url) {
        const std::lock_guard lock{mutex_};
        const auto found = objects_.find(url.query(key_).value_or(""));
        auto object = found == objects_.end() ? nullptr : found->second.lock();
        if (object == nullptr) throw UrlError("the test's \"" + key_ + "\" of this URL is gone");
        return object;
    }

  private:
    std::string key_;
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<Object>> objects_;
    int last_ = 0;
};

}  // namespace databased::test
