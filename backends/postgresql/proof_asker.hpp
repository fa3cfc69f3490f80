// Asks the catalogue about what users' texts can do, beside what the users ask.
#pragma once

#include "connection_handle.hpp"
#include "outbox.hpp"
#include "proof.hpp"

#include <databased/event_loop.hpp>

#include <memory>
#include <vector>

namespace databased::postgresql {

class Pipeline;

/// Of one connection. While the catalogue is asked, users' operations stay in the outbox.
class ProofAsker {
  public:
    ProofAsker(Pipeline& pipeline, EventLoop& loop, TurnEnd& sender, Outbox& outbox, Proofs& proofs) noexcept
        : pipeline_(pipeline), loop_(loop), sender_(sender), outbox_(outbox), proofs_(proofs) {}

    /// Notes the text of `operation` if it is to be asked about; `connection` tells how the server folds names.
    void note(const Operation& operation, const PGconn* connection);
    /// Asks about all that was noted: not inside somebody's transaction, which sees what nobody else sees.
    void ask();
    void give_up() noexcept;

  private:
    struct Wanted {
        std::shared_ptr<Proof> proof;
        ProofQuestion question;
    };

    static Task<> find(std::weak_ptr<ProofAsker*> asker, std::shared_ptr<Proof> proof, ProofQuestion question);

    Pipeline& pipeline_;
    EventLoop& loop_;
    TurnEnd& sender_;
    Outbox& outbox_;
    Proofs& proofs_;
    std::vector<Wanted> wanted_;
    std::shared_ptr<ProofAsker*> self_ = std::make_shared<ProofAsker*>(this);  // for what runs on its own
};

}  // namespace databased::postgresql
