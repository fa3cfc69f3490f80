#include <databased/backend.hpp>

#include <utility>

namespace databased::backend {

Exchange::~Exchange() { let_go(); }

void Exchange::let_go() noexcept {
    if (Pending* const pending = std::exchange(pending_, nullptr)) pending->let_go();
}

}  // namespace databased::backend
