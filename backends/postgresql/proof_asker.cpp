#include "proof_asker.hpp"

#include "pipeline.hpp"

#include <databased/detail/sinks.hpp>

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

}  // namespace

void ProofAsker::note(const Operation& operation, const PGconn* connection) {
    const std::shared_ptr<Proof>& proof = operation.prepared->proof;
    if (!proofs_.is_wanted(*proof, loop_.now())) return;
    const SqlText& text = operation.statement()->text();
    auto question = question_about(text);
    if (!question || !can_fold(connection, text.text)) {
        proof->can_be_asked = false;
        return;
    }
    proof->is_asked = true;
    wanted_.push_back({proof, std::move(*question)});
    if (operation.is_alone()) ask();
}

void ProofAsker::ask() {
    for (auto& [proof, question] : std::exchange(wanted_, {})) {
        outbox_.hold_users();
        loop_.spawn(find(self_, std::move(proof), std::move(question)));
    }
}

void ProofAsker::give_up() noexcept {
    for (const auto& wanted : std::exchange(wanted_, {})) wanted.proof->is_asked = false;
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
    (*self)->outbox_.release_users();
    (*self)->loop_.at_turn_end((*self)->sender_);
}

}  // namespace databased::postgresql
