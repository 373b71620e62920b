/*
 * braintree_xml.h: single texts out of Braintree's notifications, which are small XML documents whose elements are named in its
 * documentation.
 *
 * This is no XML library: a document type, nesting beyond 32, an element that is not closed, a character that may not stand
 * where it does make a document unreadable, and then nothing of it is taken.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_XML_H
#define BRAINTREE_XML_H

#include <stripe_lite/context.h>

/* Whether the text is a whole document of the kind. [no-suspend] */
bool xml_is_whole(const char *text, size_t length);

/* The text of the first element at a path of names, "notification/subject/transaction/id", its entities replaced; NULL when there is
 * none or it is nil. For a document that is whole. [no-suspend] */
const char *xml_text(sl_context *cx, const char *text, size_t length, const char *path);

#endif
