#include "server_statements.hpp"

namespace databased::postgresql {

void ServerStatements::set_capacity(std::size_t capacity) {
    capacity_ = capacity;
    statements_ = StatementCache{capacity, &proofs_};
}

std::shared_ptr<PreparedStatement> ServerStatements::find_first(const Statement& statement) {
    auto found = find(statement, 0);
    if (!found->is_prepared || found->schema_version == catalog_.schema_version()) return found;
    statements_.forget(*found);
    return find(statement, 0);
}

/// Under settings that somebody has changed a text may mean something else than what was prepared for it.
std::shared_ptr<PreparedStatement> ServerStatements::find(const Statement& statement, std::size_t run) {
    const auto& text = statement.shared_text();
    parameters_.fill(statement, run);
    if (parameters_.has_text_array() && !proofs_.find(*text)->types_arrays) {
        parameters_.fill(statement, run, ArrayTyping::servers);
    }
    return may_name_ ? statements_.find(text, parameters_) : statements_.make_unnamed(text, parameters_);
}

void ServerStatements::prepared(PreparedStatement& statement) const noexcept {
    statement.is_prepared = true;
    statement.schema_version = catalog_.schema_version();
}

std::shared_ptr<PreparedStatement> ServerStatements::find_verb(const std::string& sql) {
    if (capacity_ == 0 || (verbs_.size() >= most_verbs && !verbs_.contains(sql))) return nullptr;
    auto& verb = verbs_[sql];
    if (verb == nullptr) {
        verb = std::make_shared<PreparedStatement>();
        verb->name = "databased_verb_" + std::to_string(++verb_names_);
    }
    return verb;
}

void ServerStatements::skipped(PreparedStatement& statement) {
    statement.is_prepared = false;
    statements_.forget(statement);
}

void ServerStatements::refused(const std::shared_ptr<PreparedStatement>& statement, bool is_name_taken) {
    skipped(*statement);
    std::erase_if(verbs_, [&](const auto& verb) { return verb.second == statement; });
    if (!is_name_taken) return;
    statements_.avoid(statement->name);
    verbs_.clear();
    verb_names_ += a_stride;
}

void ServerStatements::stale(PreparedStatement& statement, bool is_missing) {
    if (is_missing) statement.is_prepared = false;
    statements_.forget(statement);
}

void ServerStatements::forget_all() noexcept {
    verbs_.clear();
    statements_.clear();
    may_name_ = true;
}

}  // namespace databased::postgresql
