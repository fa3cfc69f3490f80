#include "database/routes.hpp"

#include <utility>

namespace databased::detail {

Routes::Routes(const Url& url, const std::optional<Url>& read_url, const Options& options)
    : options_(options), writes_(std::make_shared<Endpoint>(url, options, Serves::everything)), reads_(writes_) {
    if (!read_url || *read_url == url) return;
    const auto reads = std::make_shared<Endpoint>(*read_url, options, Serves::reads);
    reads->check_goes_with(*writes_);
    if (!writes_->settings().force_rollback) reads_ = reads;  // else a test could not read what it has written
}

std::vector<std::shared_ptr<Endpoint>> Routes::all() const {
    std::vector<std::shared_ptr<Endpoint>> all{writes_};
    if (is_split()) all.push_back(reads_);
    all.insert(all.end(), beside_.begin(), beside_.end());
    return all;
}

PoolStats Routes::stats() const noexcept {
    PoolStats stats = writes_->stats();
    if (is_split()) stats = stats + reads_->stats();
    for (const auto& endpoint : beside_) {
        if (!endpoint->is_unused()) stats = stats + endpoint->stats();
    }
    return stats;
}

std::shared_ptr<Endpoint> Routes::endpoint_for(const Url& url, Access access) const {
    if (access == Access::read && url == writes_->url()) return writes_;
    auto endpoint =
        std::make_shared<Endpoint>(url, options_, access == Access::read ? Serves::reads : Serves::everything);
    endpoint->check_goes_with(*writes_);
    return endpoint;
}

void Routes::redirect(Access access, const std::shared_ptr<Endpoint>& endpoint) {
    if (access == Access::read || !is_split()) reads_ = endpoint;
    if (access == Access::write) writes_ = endpoint;
}

void Routes::leave(const std::shared_ptr<Endpoint>& endpoint) {
    if (endpoint == writes_ || endpoint == reads_) return;
    endpoint->retire();
    std::erase_if(beside_, [](const auto& other) { return other->is_unused(); });
    beside_.push_back(endpoint);
}

void Routes::close_now(bool loop_is_gone) noexcept {
    for (const auto& endpoint : std::exchange(beside_, {})) endpoint->close_now(loop_is_gone);
    if (is_split()) reads_->close_now(loop_is_gone);
    writes_->close_now(loop_is_gone);
}

}  // namespace databased::detail
