#include <databased/backend.hpp>

namespace databased::backend {

Exchange::~Exchange() { let_go(); }

}  // namespace databased::backend
