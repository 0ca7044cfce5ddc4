// libxml2's writer, parser, HTML parser and schema validator.
//
// Built with ICU, libxml2's headers include ICU's, whose UErrorCode then meets
// Foundation's own copy; nothing we call needs them.
#pragma once

#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlwriter.h>
