#include "proof_asker.hpp"

#include "pipeline.hpp"

#include <databased/detail/store_sink.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

/// Other encodings fold the case of more than ASCII.
bool can_fold(const PGconn* connection, std::string_view text) {
    const char* encoding = PQparameterStatus(connection, "server_encoding");
    if (encoding != nullptr && std::string_view{encoding} == "UTF8") return true;
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Such a statement changes no settings, unless a trigger does; then the server says that its plans are out of date.
bool changes_rows(std::string_view command) {
    return command == "INSERT" || command == "UPDATE" || command == "DELETE" || command == "MERGE";
}

}  // namespace

void ProofAsker::find_statement(Operation& operation) {
    operation.prepared = state_.statements.find_first(*operation.statement());
    operation.was_prepared_before = operation.prepared->is_prepared;
    if (operation.is_own()) {
        operation.nature = Nature::read;
        return;
    }
    Proof& proof = *operation.prepared->proof;
    ++proof.uses;
    const auto now = loop_.now();
    operation.nature = proofs_.nature(proof, now);
    if (proofs_.is_wanted(proof, now)) want(operation);
    if (operation.nature != Nature::unknown) {
        if (proof.draws_numbers) state_.reset.owe(Debt::numbers);
        return;
    }
    state_.reset.owe(Debt::all);
    if (!changes_rows(operation.statement()->text().command)) state_.statements.distrust_names();
}

/// What is to be known of its text is asked for soon.
void ProofAsker::want(const Operation& operation) {
    const std::shared_ptr<Proof>& proof = operation.prepared->proof;
    const SqlText& text = operation.statement()->text();
    auto question = question_about(text);
    if (!question || !can_fold(state_.connection(), text.text)) {
        proof->can_be_asked = false;
        return;
    }
    proof->is_asked = true;
    wanted_.push_back({proof, std::move(*question)});
    if (operation.is_alone()) ask();
}

void ProofAsker::ask() {
    for (auto& [proof, question] : std::exchange(wanted_, {})) {
        state_.outbox.hold_users();
        loop_.spawn(find(self_, std::move(proof), std::move(question)));
    }
}

void ProofAsker::give_up() noexcept {
    for (const auto& wanted : std::exchange(wanted_, {})) wanted.proof->is_asked = false;
}

void ProofAsker::schema_changed() noexcept {
    state_.catalog.schema_changed();
    proofs_.schema_changed();
}

Task<> ProofAsker::find(std::weak_ptr<ProofAsker*> asker, std::shared_ptr<Proof> proof, ProofQuestion question) {
    detail::StoreSink sink;
    Request request;
    request.statement =
        Statement::make(StatementRules{.dialect = &postgresql_dialect}, proof_query, question.names, question.changes);
    request.sink = &sink;
    request.commands.push_back({backend::Verb::run});
    proof->is_asked = false;
    if (asker.expired()) co_return;
    proof->is_asked = true;
    const auto version = (*asker.lock())->proofs_.schema_version();
    const auto asked_at = detail::Clock::now();
    Operation operation{(*asker.lock())->pipeline_, std::move(request), true};
    const Outcome outcome = co_await operation;
    proof->is_asked = false;
    proof->asked_at = asked_at;
    proof->schema_version = version;
    proof->nature = Nature::unknown;
    if (!outcome.error) {
        const Rows rows = std::move(sink).rows();
        proof->answer(question, rows[0][0].as<bool>(), rows[0][1].as<bool>());
    }
    const auto self = asker.lock();
    if (self == nullptr) co_return;
    (*self)->state_.outbox.release_users();
    (*self)->loop_.at_end_of_turn((*self)->turn_);
}

}  // namespace databased::postgresql
