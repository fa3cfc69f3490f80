#include <databased/backend.hpp>
#include <databased/error.hpp>

namespace databased::backend {

Exchange::~Exchange() { let_go(); }

}  // namespace databased::backend

namespace databased {

Task<std::unique_ptr<backend::ListeningBackend>> DatabaseBackend::listen(backend::Opening, backend::NotificationSink&) {
    throw NotSupportedError("this backend hears no notifications");
}

}  // namespace databased
