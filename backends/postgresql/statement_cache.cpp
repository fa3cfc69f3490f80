#include "statement_cache.hpp"

#include <algorithm>
#include <array>

namespace databased::postgresql {

namespace {

/// Whether `statement` was made for such parameters. A statement of which a type was left to the server is not for
/// values that come with a type.
bool fits(const PreparedStatement& statement, const ParameterList& parameters) {
    const auto types = parameters.types();
    if (statement.types.size() != types.size()) return false;
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (statement.types[i] != types[i] && !parameters.is_null(i)) return false;
    }
    return true;
}

bool is_same(const std::shared_ptr<const SqlText>& left, const std::shared_ptr<const SqlText>& right) {
    return left == right || left->text == right->text;
}

/// 8 characters that differ with the types.
std::string id_of(const std::vector<Oid>& types) {
    std::uint32_t hash = 2166136261u;  // FNV-1a over the types
    for (const Oid type : types) hash = (hash ^ type) * 16777619u;
    constexpr std::array digits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    std::string id;
    for (int shift = 28; shift >= 0; shift -= 4) id += digits[(hash >> shift) & 15u];
    return id;
}

}  // namespace

std::shared_ptr<PreparedStatement> StatementCache::find(const std::shared_ptr<const SqlText>& text,
                                                        const ParameterList& parameters) {
    if (!statements_.empty()) {
        const auto& last_used = statements_.front();
        if (last_used->text == text && fits(*last_used, parameters)) return last_used;
    }
    const auto [first, last] = index_.equal_range(text->hash);
    for (auto known = first; known != last; ++known) {
        const auto place = known->second;
        if (!is_same((*place)->text, text) || !fits(**place, parameters)) continue;
        if (place != statements_.begin()) statements_.splice(statements_.begin(), statements_, place);
        return *place;
    }
    auto statement = make(text, parameters);
    statements_.push_front(statement);
    index_.emplace(text->hash, statements_.begin());
    if (!statement->name.empty()) names_.insert(statement->name);
    if (statements_.size() > std::max(capacity_, capacity_ == 0 ? least_kept : std::size_t{1})) evict_oldest();
    return statement;
}

std::shared_ptr<PreparedStatement> StatementCache::make(const std::shared_ptr<const SqlText>& text,
                                                        const ParameterList& parameters) const {
    auto statement = make_unnamed(text, parameters);
    statement->is_cached = true;
    if (capacity_ != 0) statement->name = unused_name("databased_" + text->id + "_" + id_of(statement->types));
    return statement;
}

std::shared_ptr<PreparedStatement> StatementCache::make_unnamed(const std::shared_ptr<const SqlText>& text,
                                                                const ParameterList& parameters) const {
    auto statement = std::make_shared<PreparedStatement>();
    statement->text = text;
    statement->types.assign(parameters.types().begin(), parameters.types().end());
    statement->proof = proofs_->find(*text);
    statement->is_cached = false;
    return statement;
}

/// Two texts may have one id.
std::string StatementCache::unused_name(const std::string& name) const {
    std::string unused = name;
    for (int i = 2; names_.contains(unused) || std::find(evicted_.begin(), evicted_.end(), unused) != evicted_.end();
         ++i) {
        unused = name + "_" + std::to_string(i);
    }
    return unused;
}

void StatementCache::evict_oldest() {
    const auto oldest = std::prev(statements_.end());
    if ((*oldest)->is_prepared) evicted_.push_back((*oldest)->name);
    drop(oldest);
}

void StatementCache::forget(PreparedStatement& statement) {
    if (!statement.is_cached) return;
    if (statement.is_prepared) evicted_.push_back(statement.name);
    statement.is_prepared = false;
    const auto place = std::find_if(statements_.begin(), statements_.end(),
                                    [&](const auto& candidate) { return candidate.get() == &statement; });
    if (place != statements_.end()) drop(place);
}

void StatementCache::drop(Statements::iterator place) noexcept {
    PreparedStatement& statement = **place;
    statement.is_cached = false;
    const auto [first, last] = index_.equal_range(statement.text->hash);
    const auto entry = std::find_if(first, last, [&](const auto& candidate) { return candidate.second == place; });
    if (entry != last) index_.erase(entry);
    names_.erase(statement.name);
    statements_.erase(place);
}

void StatementCache::clear() noexcept {
    for (const auto& statement : statements_) statement->is_cached = statement->is_prepared = false;
    index_.clear();
    names_.clear();
    statements_.clear();
    evicted_.clear();
}

}  // namespace databased::postgresql
