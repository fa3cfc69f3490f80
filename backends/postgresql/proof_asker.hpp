// Asks the catalogue about what users' texts can do, beside what the users ask.
#pragma once

#include "connection_state.hpp"
#include "proof.hpp"

#include <databased/event_loop.hpp>

#include <memory>
#include <vector>

namespace databased::postgresql {

class Pipeline;

/// Of one connection. Finds what is known of a statement, and has what is not known asked for: meanwhile users'
/// operations stay in the outbox.
class ProofAsker {
  public:
    ProofAsker(Pipeline& pipeline, EventLoop& loop, EndOfTurn& turn, ConnectionState& state, Proofs& proofs) noexcept
        : pipeline_(pipeline), loop_(loop), turn_(turn), state_(state), proofs_(proofs) {}

    /// Finds the prepared statement of `operation` and its nature; what it can leave behind is owed from here on.
    void find_statement(Operation& operation);
    /// Asks about all that was noted: not inside somebody's transaction, which sees what nobody else sees.
    void ask();
    void give_up() noexcept;
    /// What is known does not hold any longer.
    void schema_changed() noexcept;

  private:
    struct Wanted {
        std::shared_ptr<Proof> proof;
        ProofQuestion question;
    };

    void want(const Operation& operation);
    static Task<> find(std::weak_ptr<ProofAsker*> asker, std::shared_ptr<Proof> proof, ProofQuestion question);

    Pipeline& pipeline_;
    EventLoop& loop_;
    EndOfTurn& turn_;
    ConnectionState& state_;
    Proofs& proofs_;
    std::vector<Wanted> wanted_;
    std::shared_ptr<ProofAsker*> self_ = std::make_shared<ProofAsker*>(this);  // for what runs on its own
};

}  // namespace databased::postgresql
